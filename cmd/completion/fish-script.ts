/** Completion for fish: a list of rules, each with the condition under which it holds. */
import type {Candidates, CommandFacts, OptionFacts} from './command-facts.js';

export function fishScript(commands: readonly CommandFacts[]): string {
	return `# Completion of dynpk for fish: dynpk completion fish > ~/.config/fish/completions/dynpk.fish

# The words before the cursor that are neither dynpk, its command, nor options with their values; -- is
# one of them where words before it end no options. Arguments are the options that take a value.
function __dynpk_operands
	set -l tokens (commandline -opc)
	set -l skips
	set -l ended
	set -l prefix
	contains -- "$tokens[2]" ${commands
		.filter(({isPrefix}) => isPrefix)
		.map(({name}) => name)
		.join(' ')}; and set prefix 1
	for token in $tokens[3..-1]
		if test -n "$skips"
			set skips
		else if test -z "$ended"; and contains -- $token $argv
			set skips 1
		else if test -n "$ended"; or not string match -q -- '-?*' $token
			echo -- $token
			set ended $prefix
		else if test "$token" = --
			test -z "$prefix"; and echo -- --
			set ended 1
		end
	end
end

function __dynpk_has_no_command
	test (count (commandline -opc)) -eq 1
end

# COMMAND, FIRST, LAST, OPTION...: whether COMMAND has FIRST to LAST operands so far
function __dynpk_at
	set -l tokens (commandline -opc)
	test "$tokens[2]" = $argv[1]; or return 1
	set -l count (count (__dynpk_operands $argv[4..-1]))
	test $count -ge $argv[2]; and test $count -le $argv[3]
end

function __dynpk_options
	set -l tokens (commandline -opc)
	test "$tokens[2]" = $argv[1]; and not contains -- -- $tokens
end

function __dynpk_programs
	set -l start (commandline -ct)
	string match -q -- '*/*' $start; and return
	set -l found $PATH/$start*
	string replace -r -- '.*/' '' $found
end

function __dynpk_packages
	set -l start (commandline -ct)
	if not string match -q -- 'deb:*' $start
		echo deb:
		return
	end

	set -l pattern (string replace deb: '' -- $start)
	dpkg-query --show --showformat='\${db:Status-Abbrev}deb:\${Package}\\n' "$pattern*" 2>/dev/null |
		string replace -rf '^.i. *' ''
end

function __dynpk_bundles
	set -l start (commandline -ct)
	__fish_complete_directories $start directory
	set -l found $start*
	string match -r -- '.*\\.(?:run|tar|tar\\.gz|tgz|tar\\.zst)$' $found
end

function __dynpk_bundled_programs
	set -l operands (__dynpk_operands $argv)
	set -l found (string replace -r '/$' '' -- $operands[1])/bin/*
	string replace -r -- '.*/' '' $found
end

complete -c dynpk -f
complete -c dynpk -n __dynpk_has_no_command -l help -s h -d 'Show help'
complete -c dynpk -n __dynpk_has_no_command -l version -d 'Show version number'
${commands.flatMap(rules).join('\n')}
`;
}

function rules(command: CommandFacts): readonly string[] {
	const {name, describe, options} = command;
	return [
		'',
		`complete -c dynpk -n __dynpk_has_no_command -a ${name} -d ${quote(describe)}`,
		...options.map(option => optionRule(command, option)),
		...wordRules(command),
	];
}

function optionRule(command: CommandFacts, {spellings, describe, value}: OptionFacts): string {
	const names = spellings.map(spelling =>
		spelling.startsWith('--') ? `-l ${spelling.slice(2)}` : `-s ${spelling.slice(1)}`,
	);
	const operand = value === undefined ? '' : ` -r ${answer(value, '')}`;
	const {name, isPrefix} = command;
	const condition = isPrefix
		? `__dynpk_at ${name} 0 0 ${valued(command)}`
		: `__dynpk_options ${name}`;
	return `complete -c dynpk -n '${condition}' ${names.join(' ')}${operand} -d ${quote(describe)}`;
}

function wordRules(command: CommandFacts): readonly string[] {
	const {name, words, rest} = command;
	const skipped = valued(command);
	const rule = (candidates: Candidates, first: number, last: number): string =>
		`complete -c dynpk -n '__dynpk_at ${name} ${first} ${last} ${skipped}' ${answer(candidates, skipped)}`;
	const many = 9999;
	const before = words.map((candidates, index) =>
		rule(candidates, index, rest === undefined && index === words.length - 1 ? many : index),
	);
	// `--` is counted too.
	const start = words.length + 1;
	const behind = (rest ?? []).map((candidates, index, {length}) =>
		rule(candidates, start + index, index === length - 1 ? many : start + index),
	);
	return [...before, ...behind];
}

/** The options behind which the next word is a value. */
function valued({options}: CommandFacts): string {
	return options
		.filter(({value}) => value !== undefined)
		.flatMap(({spellings}) => spellings)
		.join(' ');
}

function answer(candidates: Candidates, skipped: string): string {
	switch (candidates.kind) {
		case 'words':
			return `-f -a ${quote(candidates.words.join(' '))}`;
		case 'file':
			return '-F';
		case 'directory':
			return "-f -a '(__fish_complete_directories (commandline -ct) directory)'";
		case 'program':
			return "-F -a '(__dynpk_programs)'";
		case 'package':
			return "-f -a '(__dynpk_packages)'";
		case 'target':
			return "-F -a '(__dynpk_programs; __dynpk_packages)'";
		case 'bundle':
			return "-f -a '(__dynpk_bundles)'";
		case 'bundled-program':
			return `-f -a '(__dynpk_bundled_programs ${skipped})'`;
	}
}

function quote(text: string): string {
	return `'${text.replace(/['\\]/gu, character => `\\${character}`)}'`;
}
