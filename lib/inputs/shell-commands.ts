/**
 * Which programs a shell script calls by name: literal words where a command may stand.
 *
 * A reading of POSIX's grammar (XCU 2.9, 2.10) that rather overlooks a command than makes one up.
 * What an expansion or `eval` yields is not known. Builtins and the script's own functions are no
 * programs. Nothing is run.
 */
import {shellTokens, type ShellToken, type ShellWord} from './shell-tokens.js';

/** The names and absolute paths that a script calls. */
export function findShellCommands(script: string): Set<string> {
	const found: Found = {commands: new Set(), functions: new Set()};
	readScript(script, found, 0);
	return new Set(
		[...found.commands].filter(
			name => !found.functions.has(name) && !builtins.has(name) && programName.test(name),
		),
	);
}

interface Found {
	readonly commands: Set<string>;
	readonly functions: Set<string>;
}

/** What the next word would be. */
type Place =
	| 'command'
	| 'argument'
	/** Behind `exec` and the like. */
	| 'wrapped'
	/** Behind `exec -a`: what the program is to be called. */
	| 'title'
	/** Behind `$(which` and the like: a program whose path somebody wants. */
	| 'asked'
	/** Of a clause of `case`. */
	| 'pattern'
	/** Between `case` and `in`. */
	| 'subject'
	/** Behind `for`, up to a separator. */
	| 'list'
	/** Inside `[[ ]]`. */
	| 'condition'
	| 'function-name'
	/** Between the parentheses of a function. */
	| 'definition';

interface Reading {
	place: Place;
	/** The next word is where a redirection leads. */
	isRedirected: boolean;
	/** The command word, where nothing stands behind it yet. */
	bare: string | undefined;
	/** Of `case`, one in another. */
	cases: number;
	/** Compound commands, one in another. */
	nesting: number;
	/** Behind `&&`, `||` or a pipe. */
	isConditional: boolean;
	/** Whether the statement leaves the shell for a program, once one is named. */
	leaves: 'no' | 'by exec' | 'for good';
	/** What it prints is used. */
	readonly isSubstituted: boolean;
	readonly found: Found;
}

const DEEPEST = 16;
const programName = /^(?:\/[\w.+/-]+|[A-Za-z_][\w.+-]*)$/u;
const builtins = new Set(
	[
		'. : [ alias bg bind break builtin caller case cd command compgen complete continue declare dirs',
		'disown echo enable esac eval exec exit export false fc fg fi getopts hash help history jobs kill let',
		'local logout mapfile popd print printf pushd pwd read readarray readonly return set shift shopt',
		'source suspend test times trap true type typeset ulimit umask unalias unset wait whence',
	]
		.join(' ')
		.split(' '),
);
/** Reserved words behind which a command stands. */
const leading = new Set(['if', 'then', 'elif', 'else', 'while', 'until', 'do', '{', '!', 'time']);
/** Reserved words behind which none stands. */
const closing = new Set(['fi', 'done', '}']);
const nestingOf = new Map([
	...['if', 'while', 'until', '{', 'for', 'select', 'case'].map(word => [word, 1] as const),
	...['fi', 'done', '}', 'esac'].map(word => [word, -1] as const),
]);
/** Commands whose first operand is one. */
const wrapping = new Set(['exec', 'command', 'builtin', 'env', 'nohup', 'nice', 'xargs', 'setsid']);
const redirections = new Set(['<', '>', '>>', '>|', '<&', '>&', '<>', '&>', '&>>', '<<<']);

function readScript(script: string, found: Found, depth: number): void {
	if (depth > DEEPEST) {
		return;
	}

	const reading: Reading = {
		place: 'command',
		isRedirected: false,
		bare: undefined,
		cases: 0,
		nesting: 0,
		isConditional: false,
		leaves: 'no',
		isSubstituted: depth > 0,
		found,
	};
	for (const token of shellTokens(script, inner => readScript(inner, found, depth + 1))) {
		// What stands behind may be of another language: pip's scripts go on in Python.
		if (reading.leaves === 'for good' && endsStatement(token)) {
			return;
		}

		takeToken(reading, token);
	}
}

function endsStatement(token: ShellToken): boolean {
	return token.kind === 'operator' && (token.text === '\n' || token.text === ';');
}

function takeToken(reading: Reading, token: ShellToken): void {
	if (token.kind === 'operator') {
		takeOperator(reading, token.text);
	} else if (reading.isRedirected) {
		reading.isRedirected = false;
	} else {
		takeWord(reading, token);
	}
}

function takeOperator(reading: Reading, text: string): void {
	const {place, bare, found} = reading;
	if (place === 'subject' || (place === 'condition' && text !== '\n')) {
		return;
	}

	reading.isRedirected = redirections.has(text);
	if (reading.isRedirected) {
		return;
	}

	reading.bare = undefined;
	reading.leaves = 'no';
	reading.isConditional = /^(?:&&|\|\|?|\|&)$/u.test(text);
	if (place !== 'pattern') {
		reading.nesting += text === '(' ? 1 : text === ')' ? -1 : 0;
	}

	if (place === 'pattern') {
		reading.place = text === ')' ? 'command' : 'pattern';
	} else if (text.startsWith(';') && text !== ';' && reading.cases > 0) {
		reading.place = 'pattern';
	} else if (text === '(' && bare !== undefined) {
		found.functions.add(bare);
		reading.place = 'definition';
	} else {
		// Behind a subshell stands no command, behind the parentheses of a function its body.
		reading.place = text === ')' && place !== 'definition' ? 'argument' : 'command';
	}
}

function takeWord(reading: Reading, word: ShellWord): void {
	const {literal, isQuoted} = word;
	const reserved = isQuoted ? undefined : literal;
	switch (reading.place) {
		case 'command':
			takeCommand(reading, word, reserved);
			break;
		case 'wrapped':
			takeWrapped(reading, word);
			break;
		case 'title':
			reading.place = 'wrapped';
			break;
		case 'asked':
			takeAsked(reading, word);
			break;
		case 'pattern':
			if (reserved === 'esac') {
				endCase(reading);
			}

			break;
		case 'subject':
			if (reserved === 'in') {
				reading.cases++;
				reading.place = 'pattern';
			}

			break;
		case 'condition':
			reading.place = reserved === ']]' ? 'argument' : 'condition';
			break;
		case 'function-name':
			reading.found.functions.add(literal ?? '');
			reading.place = 'command';
			break;
		case 'argument':
			reading.bare = undefined;
			break;
		case 'list':
		case 'definition':
	}
}

function takeCommand(reading: Reading, word: ShellWord, reserved: string | undefined): void {
	reading.nesting += reserved === undefined ? 0 : (nestingOf.get(reserved) ?? 0);
	if (word.isAssignment || (reserved !== undefined && leading.has(reserved))) {
		return;
	}

	if (reserved === 'for' || reserved === 'select') {
		reading.place = 'list';
	} else if (reserved === 'case') {
		reading.place = 'subject';
	} else if (reserved === 'esac' && reading.cases > 0) {
		endCase(reading);
	} else if (reserved === 'function') {
		reading.place = 'function-name';
	} else if (reserved === '[[') {
		reading.place = 'condition';
	} else if (reserved !== undefined && closing.has(reserved)) {
		reading.place = 'argument';
	} else {
		call(reading, word.literal);
		if (word.literal === 'exec' && reading.nesting === 0 && !reading.isConditional) {
			reading.leaves = 'by exec';
		}
	}
}

/** Options and settings come first; `command -v` only asks whether there is such a program, or where. */
function takeWrapped(reading: Reading, {literal, isAssignment}: ShellWord): void {
	if (literal === '-v' || literal === '-V') {
		reading.place = reading.isSubstituted ? 'asked' : 'argument';
	} else if (literal === '-a') {
		reading.place = 'title';
	} else if (!isAssignment && literal?.startsWith('-') !== true && !/^\d+$/u.test(literal ?? '')) {
		call(reading, literal);
		reading.leaves = reading.leaves === 'no' ? 'no' : 'for good';
	}
}

/** `java=$(which java)`: whoever wants the path starts it. */
function takeAsked(reading: Reading, {literal}: ShellWord): void {
	if (literal?.startsWith('-') !== true) {
		call(reading, literal);
	}
}

const asking = new Set(['which', 'type', 'whence']);

function call(reading: Reading, name: string | undefined): void {
	if (name !== undefined) {
		reading.found.commands.add(name);
	}

	reading.bare = name;
	reading.place = placeBehind(name, reading);
}

function placeBehind(command: string | undefined, {isSubstituted}: Reading): Place {
	if (command === undefined || !(wrapping.has(command) || asking.has(command))) {
		return 'argument';
	}

	return wrapping.has(command) ? 'wrapped' : isSubstituted ? 'asked' : 'argument';
}

function endCase(reading: Reading): void {
	reading.cases--;
	reading.place = 'argument';
}
