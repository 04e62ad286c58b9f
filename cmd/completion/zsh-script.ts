/** Completion for zsh, in the terms of its own _arguments; to be sourced, or found along $fpath. */
import type {Candidates, CommandFacts, OptionFacts} from './command-facts.js';

export function zshScript(commands: readonly CommandFacts[]): string {
	return `#compdef dynpk
# Completion of dynpk for zsh: dynpk completion zsh > _dynpk, in a directory of $fpath

_dynpk() {
	local -a subcommands=(
${commands.map(({name, describe}) => `\t\t${quote(`${name}:${describe}`)}`).join('\n')}
	)
	if ((CURRENT == 2)); then
		_describe command subcommands
		compadd -- --help --version
		return
	fi

	local command=$words[2]
	local -a line
	shift words
	((CURRENT--))
	case $command in
${commands.map(commandCase).join('\n')}
	esac
}

_dynpk_programs() {
	_alternative 'programs:program:_command_names -e' 'files:file:_files'
}

_dynpk_targets() {
	[[ $PREFIX == deb:* ]] || _dynpk_programs
	_dynpk_packages
}

_dynpk_packages() {
	if [[ $PREFIX == deb:* ]]; then
		compset -P 'deb:'
		local -a names
		names=(\${(f)"$(dpkg-query --show --showformat='\${db:Status-Abbrev}\${Package}\\n' "$PREFIX*" 2>/dev/null)"})
		names=(\${\${(M)names:#?i*}#* })
		compadd -a names
		return
	fi

	compadd -S '' -- deb:
}

_dynpk_bundles() {
	_files -g '*.(run|tar|tar.gz|tgz|tar.zst)(-.)'
}

_dynpk_bundled_programs() {
	local -a programs
	programs=(\${line[1]%/}/bin/$PREFIX*(N:t))
	compadd -a programs
}

if [ "$funcstack[1]" = _dynpk ]; then
	_dynpk "$@"
else
	compdef _dynpk dynpk
fi
`;
}

function commandCase({name, options, words, rest, isPrefix}: CommandFacts): string {
	const specs = [...options.flatMap(optionSpecs), ...wordSpecs(words)];
	const lines = specs.map(spec => ` \\\n\t\t\t${quote(spec)}`);
	const [first, second] = rest ?? [];
	const behind =
		first === undefined || second === undefined
			? ''
			: `\t\tcase $((CURRENT - \${words[(i)--]})) in
		1) line=(\${words[2,-1]:#-*}) && ${action(first)} && return ;;
		[2-9]|[1-9][0-9]*) ${action(second)} && return ;;
		esac
`;
	return `\t${name})\n${behind}\t\t_arguments -S${isPrefix ? " -A '-*'" : ''} :${lines.join('')}\n\t\t;;`;
}

function optionSpecs({spellings, describe, value, isRepeatable}: OptionFacts): readonly string[] {
	const text = describe.replace(/[[\]\\]/gu, character => `\\${character}`);
	const repeats = isRepeatable ? '*' : `(${spellings.join(' ')})`;
	return spellings.map(spelling => {
		// An optional `=` for long options, nothing between a letter and its value.
		const joint = value === undefined ? '' : spelling.startsWith('--') ? '=' : '+';
		const operand = value === undefined ? '' : `:value:${action(value)}`;
		return `${repeats}${spelling}${joint}[${text}]${operand}`;
	});
}

function wordSpecs(words: readonly Candidates[]): readonly string[] {
	return words.map((candidates, index) => {
		const position = index === words.length - 1 ? '*' : String(index + 1);
		return `${position}:${candidates.kind}:${action(candidates)}`;
	});
}

function action(candidates: Candidates): string {
	switch (candidates.kind) {
		case 'words':
			return `(${candidates.words.join(' ')})`;
		case 'file':
			return '_files';
		case 'directory':
			return '_files -/';
		case 'program':
			return '_dynpk_programs';
		case 'package':
			return '_dynpk_packages';
		case 'target':
			return '_dynpk_targets';
		case 'bundle':
			return '_dynpk_bundles';
		case 'bundled-program':
			return '_dynpk_bundled_programs';
	}
}

function quote(text: string): string {
	return `'${text.replaceAll("'", `'\\''`)}'`;
}
