/**
 * Order versions exactly as rpm does.
 *
 * The rules are those of `rpmvercmp` (rpm's `rpmio/rpmvercmp.c`): runs of digits and runs of
 * letters are compared in turn, everything else only separates, `~` sorts before anything, even
 * the end, and `^` after the end but before anything else.
 */

/** Compare two version or release strings. */
export function compareRpmVersions(a: string, b: string): -1 | 0 | 1 {
	if (a === b) {
		return 0;
	}

	let i = 0;
	let j = 0;
	for (;;) {
		i = skipSeparators(a, i);
		j = skipSeparators(b, j);
		const mark = compareMarks(a, i, b, j);
		if (mark === 'advance') {
			i++;
			j++;
			continue;
		}

		if (mark !== undefined) {
			return mark;
		}

		if (i >= a.length || j >= b.length) {
			break;
		}

		const isNumeric = isDigit(a.charCodeAt(i));
		const belongs = isNumeric ? isDigit : isLetter;
		const iEnd = endOfRun(a, i, belongs);
		const jEnd = endOfRun(b, j, belongs);
		if (jEnd === j) {
			// Numbers are newer than letters.
			return isNumeric ? 1 : -1;
		}

		const order = isNumeric
			? compareNumerals(a.slice(i, iEnd), b.slice(j, jEnd))
			: compareText(a.slice(i, iEnd), b.slice(j, jEnd));
		if (order !== 0) {
			return order;
		}

		i = iEnd;
		j = jEnd;
	}

	const aLeft = a.length - i;
	const bLeft = b.length - j;
	return aLeft === 0 && bLeft === 0 ? 0 : aLeft > 0 ? 1 : -1;
}

/** What `~` and `^` decide here; `advance` when both sides have the same mark. */
function compareMarks(a: string, i: number, b: string, j: number): -1 | 1 | 'advance' | undefined {
	const left = a[i];
	const right = b[j];
	if (left === '~' || right === '~') {
		return left === right ? 'advance' : left === '~' ? -1 : 1;
	}

	if (left === '^' || right === '^') {
		if (left === right) {
			return 'advance';
		}

		// The side that ended is older than the one with `^`, any other text is newer.
		return left === '^' ? (right === undefined ? 1 : -1) : left === undefined ? -1 : 1;
	}

	return undefined;
}

function skipSeparators(text: string, from: number): number {
	let position = from;
	while (position < text.length) {
		const code = text.charCodeAt(position);
		if (isDigit(code) || isLetter(code) || code === TILDE || code === CARET) {
			break;
		}

		position++;
	}

	return position;
}

const TILDE = 0x7e;
const CARET = 0x5e;

function isDigit(code: number): boolean {
	return code >= 0x30 && code <= 0x39;
}

// ASCII only, whatever the locale.
function isLetter(code: number): boolean {
	return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}

function endOfRun(text: string, from: number, belongs: (code: number) => boolean): number {
	let position = from;
	while (position < text.length && belongs(text.charCodeAt(position))) {
		position++;
	}

	return position;
}

/** By value, whatever the length: version numbers outgrow every integer type. */
function compareNumerals(a: string, b: string): -1 | 0 | 1 {
	const left = a.replace(/^0+/u, '');
	const right = b.replace(/^0+/u, '');
	return left.length === right.length
		? compareText(left, right)
		: left.length > right.length
			? 1
			: -1;
}

function compareText(a: string, b: string): -1 | 0 | 1 {
	return a === b ? 0 : a > b ? 1 : -1;
}
