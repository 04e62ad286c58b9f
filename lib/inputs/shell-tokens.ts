/**
 * The tokens of a shell script: operators, and words as far as they are literal (POSIX XCU 2.2, 2.3).
 *
 * What a substitution holds is a script of its own and handed on. Bodies of here-documents are passed
 * over. Where a quote or a bracket has no end, neither has the token, and nothing follows.
 */

export type ShellToken = ShellWord | {readonly kind: 'operator'; readonly text: string};

export interface ShellWord {
	readonly kind: 'word';
	/** `undefined` where an expansion or a pattern decides. */
	readonly literal: string | undefined;
	/** `NAME=…`. */
	readonly isAssignment: boolean;
	/** In part at least: a reserved word that is quoted is none. */
	readonly isQuoted: boolean;
}

/** `nested` gets the text of each `$(…)` and `` `…` ``. */
export function* shellTokens(
	text: string,
	nested: (script: string) => void,
): Generator<ShellToken, void> {
	const documents: HereDocument[] = [];
	let at = 0;
	while (at < text.length) {
		const blank = /^(?:[ \t\r]|\\\r?\n)+|^#[^\n]*/u.exec(text.slice(at, at + LONGEST_BLANK))?.[0];
		if (blank !== undefined) {
			at = text[at] === '#' ? endOfLine(text, at) : at + blank.length;
			continue;
		}

		const operator = operators.find(candidate => text.startsWith(candidate, at));
		if (operator === '<<' || operator === '<<-') {
			const word = readWord(text, skipBlanks(text, at + operator.length), () => undefined);
			documents.push({delimiter: word.raw, isIndented: operator === '<<-'});
			at = word.end;
		} else if (operator === '\n') {
			yield {kind: 'operator', text: operator};
			at = skipDocuments(text, at + 1, documents.splice(0));
		} else if (operator === '((') {
			at = endOfGroup(text, at + 1, '(', ')') + 1;
			yield {kind: 'word', literal: undefined, isAssignment: false, isQuoted: false};
		} else if (operator !== undefined) {
			yield {kind: 'operator', text: operator};
			at += operator.length;
		} else {
			const word = readWord(text, at, nested);
			at = word.end;
			// `2>` names a descriptor.
			if (!/^\d+$/u.test(word.raw) || !/[<>]/u.test(text[at] ?? '')) {
				yield {kind: 'word', ...word.word};
			}
		}
	}
}

interface HereDocument {
	readonly delimiter: string;
	readonly isIndented: boolean;
}

const LONGEST_BLANK = 4096;

/** Longer ones first. */
const operators = [
	...['&>>', '<<<', '<<-', ';;&', ';;', ';&', '&&', '||', '|&', '<<', '>>', '<&', '>&', '>|', '<>'],
	...['&>', '((', '\n', ';', '&', '|', '(', ')', '<', '>'],
];

function skipBlanks(text: string, from: number): number {
	let at = from;
	while (text[at] === ' ' || text[at] === '\t') {
		at++;
	}

	return at;
}

function endOfLine(text: string, from: number): number {
	const end = text.indexOf('\n', from);
	return end === -1 ? text.length : end;
}

function skipDocuments(text: string, from: number, documents: readonly HereDocument[]): number {
	let at = from;
	for (const {delimiter, isIndented} of documents) {
		for (let line: string | undefined; at < text.length && line !== delimiter;) {
			const end = endOfLine(text, at);
			line = isIndented ? text.slice(at, end).replace(/^\t+/u, '') : text.slice(at, end);
			at = end + 1;
		}
	}

	return at;
}

interface ReadWord {
	readonly word: Omit<ShellWord, 'kind'>;
	/** Its letters, quotes removed and expansions left out. */
	readonly raw: string;
	readonly end: number;
}

function readWord(text: string, start: number, nested: (script: string) => void): ReadWord {
	let at = start;
	let raw = '';
	let [isDynamic, isQuoted, isAssignment] = [false, false, false];
	const expand = (): void => {
		isDynamic = true;
		at = skipExpansion(text, at, nested);
	};

	for (; at < text.length && !/[\s;&|<>()]/u.test(text[at] ?? '');) {
		const character = text[at] ?? '';
		if (character === "'") {
			const end = text.indexOf("'", at + 1);
			raw += text.slice(at + 1, end === -1 ? text.length : end);
			isQuoted = true;
			at = end === -1 ? text.length : end + 1;
		} else if (character === '"') {
			isQuoted = true;
			at++;
			while (at < text.length && text[at] !== '"') {
				if (text[at] === '$' || text[at] === '`') {
					expand();
				} else {
					at += text[at] === '\\' ? 1 : 0;
					raw += text[at++] ?? '';
				}
			}

			at++;
		} else if (character === '\\') {
			isQuoted = true;
			raw += text[at + 1] === '\n' ? '' : (text[at + 1] ?? '');
			at += 2;
		} else if (character === '$' || character === '`') {
			expand();
		} else {
			isAssignment ||= character === '=' && !isQuoted && /^[A-Za-z_]\w*\+?$/u.test(raw);
			isDynamic ||= /[*?~]/u.test(character);
			raw += character;
			at++;
		}
	}

	if (isAssignment && raw.endsWith('=') && text[at] === '(') {
		at = endOfGroup(text, at, '(', ')');
	}

	const isPattern = isDynamic || /^[^[\s]\S*\[|\{.*,/u.test(raw);
	const literal = isPattern ? undefined : raw;
	// A character that begins no word and no operator would be met for ever.
	return {word: {literal, isAssignment, isQuoted}, raw, end: Math.max(at, start + 1)};
}

/** Behind `$…` or `` `…` ``, which stands at `at`. */
function skipExpansion(text: string, at: number, nested: (script: string) => void): number {
	if (text[at] === '`') {
		const body = /^`(?:[^`\\]|\\[^])*/u.exec(text.slice(at))?.[0] ?? '`';
		nested(body.slice(1).replace(/\\([`\\$])/gu, '$1'));
		return at + body.length + 1;
	}

	if (text.startsWith('$((', at)) {
		return endOfGroup(text, at + 1, '(', ')');
	}

	if (text[at + 1] === '(') {
		const end = endOfGroup(text, at + 1, '(', ')');
		nested(text.slice(at + 2, end - 1));
		return end;
	}

	return text[at + 1] === '{' ? endOfGroup(text, at + 1, '{', '}') : at + 1;
}

/** Behind the bracket that closes the one at `from`; quotes hide brackets. */
function endOfGroup(text: string, from: number, open: string, close: string): number {
	let depth = 0;
	for (let at = from; at < text.length; at++) {
		const character = text[at];
		if (character === '\\') {
			at++;
		} else if (character === "'") {
			const end = text.indexOf("'", at + 1);
			at = end === -1 ? text.length : end;
		} else if (character === open) {
			depth++;
		} else if (character === close && --depth === 0) {
			return at + 1;
		}
	}

	return text.length;
}
