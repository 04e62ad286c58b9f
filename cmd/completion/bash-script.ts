/**
 * Completion for bash 4.2 and newer, without the package bash-completion.
 *
 * A name starts with no dash and needs no quoting, and neither do words that options take.
 */
import type {Candidates, CommandFacts} from './command-facts.js';

export function bashScript(commands: readonly CommandFacts[]): string {
	return `# Completion of dynpk for bash: source <(dynpk completion bash)

_dynpk() {
	local rest=\${COMP_LINE:0:COMP_POINT} word i
	local -a words=()
	# COMP_WORDS are cut at : and =, which are parts of deb:NAME and --option=VALUE.
	for ((i = 0; i <= COMP_CWORD; i++)); do
		word=\${COMP_WORDS[i]}
		if ((i > 0)) && [[ $rest != [[:blank:]]* ]]; then
			((i == COMP_CWORD)) && word=$rest
			words[\${#words[@]} - 1]+=$word
		else
			rest=\${rest#"\${rest%%[![:blank:]]*}"}
			((i == COMP_CWORD)) && word=$rest
			words+=("$word")
		fi
		rest=\${rest#"$word"}
	done

	local count=\${#words[@]} cur=\${words[\${#words[@]} - 1]}
	COMPREPLY=()
	if ((count == 2)); then
		_dynpk_words '${commands.map(({name}) => name).join(' ')} --help --version'
		return
	fi

	local command=\${words[1]} position=0 ended= bundle= option=
	for ((i = 2; i < count - 1; i++)); do
		word=\${words[i]}
		if [[ -n $option ]]; then
			option=
		elif [[ -z $ended && $word == -- ]]; then
			ended=1 position=0
		elif [[ -z $ended && $word == -* ]]; then
			_dynpk_takes_value "$command" "$word" && option=$word
		else
			((position++ == 0)) && [[ -z $bundle ]] && bundle=$word
			_dynpk_ends_options "$command" && ended=1
		fi
	done

	if [[ -z $ended && -z $option && $cur == --*=* ]]; then
		option=\${cur%%=*}
		cur=\${cur#*=}
	fi

	if [[ -n $option ]]; then
		_dynpk_value "$command" "$option"
	elif [[ -z $ended && $cur == -* ]]; then
		_dynpk_options "$command"
	else
		_dynpk_word "$command" "$position" "$ended"
	fi
}

_dynpk_ends_options() {
	case $1 in
	${commands
		.filter(({isPrefix}) => isPrefix)
		.map(({name}) => name)
		.join(' | ')}) return 0 ;;
	esac
	return 1
}

_dynpk_takes_value() {
	case "$1 $2" in
	${commands
		.flatMap(({name, options}) =>
			options
				.filter(({value}) => value !== undefined)
				.flatMap(({spellings}) => spellings.map(spelling => `"${name} ${spelling}"`)),
		)
		.join(' | \\\n\t\t')}) return 0 ;;
	esac
	return 1
}

_dynpk_options() {
	case $1 in
${commands.map(optionsCase).join('\n')}
	esac
}

_dynpk_value() {
	case "$1 $2" in
${commands.flatMap(valueCases).join('\n')}
	esac
}

# COMMAND, POSITION, and whether the options have ended
_dynpk_word() {
	case "$1 $2 $3" in
${commands.flatMap(wordCases).join('\n')}
	esac
}

_dynpk_words() {
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

# What is not answered here is answered by readline: files.
_dynpk_directories() {
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen -d -- "$cur")
}

_dynpk_programs() {
	[[ $cur == */* || $cur == '~'* ]] && return
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(
		IFS=:
		for directory in $PATH; do
			compgen -G "$directory/$cur*"
		done
	)
	COMPREPLY=("\${COMPREPLY[@]##*/}")
	mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$cur")
}

_dynpk_targets() {
	[[ $cur != deb:* ]] && _dynpk_programs
	_dynpk_packages
}

_dynpk_packages() {
	if [[ $cur != deb:* ]]; then
		if [[ deb: == "$cur"* ]]; then
			COMPREPLY+=(deb:)
			((\${#COMPREPLY[@]} == 1)) && compopt -o nospace 2>/dev/null
		fi
		return
	fi

	local prefix=deb:
	[[ $COMP_WORDBREAKS == *:* ]] && prefix=
	mapfile -t COMPREPLY < <(
		dpkg-query --show --showformat='\${db:Status-Abbrev}\${Package}\\n' "\${cur#deb:}*" 2>/dev/null |
			while read -r status name; do
				[[ $status == ?i ]] && printf '%s\\n' "$prefix$name"
			done
	)
}

_dynpk_bundles() {
	local kind
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(
		compgen -d -- "$cur"
		for kind in run tar tar.gz tgz tar.zst; do
			compgen -f -X "!*.$kind" -- "$cur"
		done
	)
}

_dynpk_bundled_programs() {
	mapfile -t COMPREPLY < <(compgen -G "\${bundle%/}/bin/$cur*")
	COMPREPLY=("\${COMPREPLY[@]##*/}")
}

complete -o default -o bashdefault -F _dynpk dynpk
`;
}

function optionsCase({name, options}: CommandFacts): string {
	return `\t${name}) _dynpk_words '${options.flatMap(({spellings}) => spellings).join(' ')}' ;;`;
}

function valueCases({name, options}: CommandFacts): readonly string[] {
	return options.flatMap(({spellings, value}) => {
		const call = value === undefined ? undefined : answer(value);
		const labels = spellings.map(spelling => `"${name} ${spelling}"`);
		return call === undefined ? [] : [`\t${labels.join(' | ')}) ${call} ;;`];
	});
}

function wordCases({name, words, rest, isPrefix}: CommandFacts): readonly string[] {
	const cases = (all: readonly Candidates[], ended: string): readonly string[] =>
		all.flatMap((candidates, index) => {
			const call = answer(candidates);
			const position = index === all.length - 1 ? '*' : String(index);
			return call === undefined ? [] : [`\t"${name} "${position}" "${ended}) ${call} ;;`];
		});
	// Behind a word that ends the options, and behind --, stands what stands without.
	const isEither = isPrefix || rest === undefined;
	return [...cases(words, isEither ? '*' : '""'), ...cases(rest ?? [], '1')];
}

function answer(candidates: Candidates): string | undefined {
	switch (candidates.kind) {
		case 'words':
			return `_dynpk_words '${candidates.words.join(' ')}'`;
		case 'file':
			return undefined;
		case 'directory':
			return '_dynpk_directories';
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
