/**
 * Read a script's first line as the kernel does, and look through `env` to the interpreter meant.
 *
 * The kernel (fs/binfmt_script.c) reads 256 bytes, takes the first word as the interpreter and all
 * the rest, blanks included, as one argument. `env` then finds a program by name; `env -S` splits
 * that one argument again (GNU coreutils, "env invocation").
 */

export interface Shebang {
	/** The first word of the line: what the kernel starts. */
	readonly interpreter: string;
	/** The program `env` looks up, or `undefined` when the interpreter is started directly. */
	readonly envProgram: string | undefined;
	/** What stands between the interpreter and the script. */
	readonly arguments: readonly string[];
	/** `NAME=value` words of an `env -S` line. */
	readonly settings: readonly string[];
	/** Why the line cannot be carried over, such as an `env` option without an equal here. */
	readonly unsupported: string | undefined;
}

/** What the kernel looks at; a longer line is cut or refused by it. */
const SHEBANG_LIMIT = 256;

/** Parse the head of a file; `undefined` when it is no script. */
export function readShebang(head: Buffer): Shebang | undefined {
	if (head[0] !== 0x23 || head[1] !== 0x21) {
		return undefined;
	}

	const window = head.subarray(2, SHEBANG_LIMIT);
	const end = window.indexOf(0x0a);
	const line = window.subarray(0, end === -1 ? window.length : end).toString('utf8');
	const match = /^[ \t]*(?<interpreter>[^ \t\0]+)[ \t]*(?<rest>[^\0]*?)[ \t]*$/u.exec(line);
	const interpreter = match?.groups?.interpreter;
	if (interpreter === undefined) {
		return undefined;
	}

	const rest = match?.groups?.rest ?? '';
	return /(?:^|\/)env$/u.test(interpreter)
		? throughEnv(interpreter, rest)
		: {
				interpreter,
				envProgram: undefined,
				arguments: rest === '' ? [] : [rest],
				settings: [],
				unsupported: undefined,
			};
}

function throughEnv(interpreter: string, rest: string): Shebang {
	const split = /^(?:-S|--split-string=?)[ \t]*(?<text>.*)$/su.exec(rest)?.groups?.text;
	const words = split === undefined ? (rest === '' ? [] : [rest]) : splitEnvString(split);
	const refused = (unsupported: string): Shebang => {
		return {interpreter, envProgram: undefined, arguments: [], settings: [], unsupported};
	};
	if (words === undefined) {
		return refused('env -S with a variable or an open quote');
	}

	const settings = words.slice(0, firstNonSetting(words));
	const [envProgram, ...args] = words.slice(settings.length);
	if (envProgram === undefined) {
		return refused('env without a program');
	}

	if (envProgram.startsWith('-')) {
		return refused(`env ${envProgram}`);
	}

	return {interpreter, envProgram, arguments: args, settings, unsupported: undefined};
}

function firstNonSetting(words: readonly string[]): number {
	const index = words.findIndex(word => !/^[A-Za-z_]\w*=/u.test(word));
	return index === -1 ? words.length : index;
}

const envEscapes: Readonly<Record<string, string>> = {
	f: '\f',
	n: '\n',
	r: '\r',
	t: '\t',
	v: '\v',
	'#': '#',
	$: '$',
	'"': '"',
	"'": "'",
	'\\': '\\',
};

/**
 * Split as `env -S` does: quotes, backslash escapes, `\_` as a blank, `\c` and `#` ending the text.
 * `undefined` for what cannot be known before run time (`${NAME}`) or is malformed.
 */
export function splitEnvString(text: string): string[] | undefined {
	const words: string[] = [];
	let word: string | undefined;
	let quote: string | undefined;
	for (let index = 0; index < text.length; index++) {
		const character = text.charAt(index);
		if (character === '\\') {
			const escaped = text.charAt(++index);
			if (quote === "'" && escaped !== "'" && escaped !== '\\') {
				word = `${word ?? ''}\\${escaped}`;
				continue;
			}

			if (escaped === 'c' && quote === undefined) {
				break;
			}

			if (escaped === '_') {
				if (quote === '"') {
					word = `${word ?? ''} `;
				} else if (word !== undefined) {
					words.push(word);
					word = undefined;
				}

				continue;
			}

			const meant = envEscapes[escaped];
			if (meant === undefined) {
				return undefined;
			}

			word = (word ?? '') + meant;
		} else if (quote === undefined && (character === '"' || character === "'")) {
			quote = character;
			word ??= '';
		} else if (character === quote) {
			quote = undefined;
		} else if (character === '$' && quote !== "'") {
			return undefined;
		} else if (quote === undefined && /[ \t\n\v\f\r]/u.test(character)) {
			if (word !== undefined) {
				words.push(word);
				word = undefined;
			}
		} else if (quote === undefined && character === '#' && word === undefined) {
			break;
		} else {
			word = (word ?? '') + character;
		}
	}

	if (quote !== undefined) {
		return undefined;
	}

	return word === undefined ? words : [...words, word];
}
