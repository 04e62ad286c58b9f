/**
 * A shell pattern for one name, as glob(3) takes it: `*`, `?`, `[…]` and a backslash before any of them.
 *
 * Only the last star passed can still take more, which is all that matching needs: no pattern takes
 * longer than its length times the name's.
 */

/** What one character of a name may be. */
type One = (character: string) => boolean;

/** NAME_MAX: a pattern that wants more characters than a name can have matches none. */
const LONGEST_NAME = 255;

/** Whether a name matches. One that begins with a dot does only where the pattern begins with one. */
export function nameGlob(pattern: string): (name: string) => boolean {
	const parts = parse(Array.from(pattern));
	const singles = parts?.filter(part => part !== '*').length ?? Infinity;
	if (parts === undefined || singles > LONGEST_NAME) {
		return () => false;
	}

	const takesDot = /^\\?\./u.test(pattern);
	return name => (takesDot || !name.startsWith('.')) && matches(parts, Array.from(name));
}

function matches(parts: readonly (One | '*')[], name: readonly string[]): boolean {
	let part = 0;
	let at = 0;
	let star: {readonly part: number; at: number} | undefined;
	for (;;) {
		const wanted = parts[part];
		if (wanted === '*') {
			star = {part, at};
			part++;
		} else if (wanted === undefined ? at === name.length : isOne(wanted, name[at])) {
			if (wanted === undefined) {
				return true;
			}

			part++;
			at++;
		} else if (star === undefined || star.at >= name.length) {
			return false;
		} else {
			star.at++;
			part = star.part + 1;
			({at} = star);
		}
	}
}

function isOne(wanted: One, character: string | undefined): boolean {
	return character !== undefined && wanted(character);
}

/** `undefined` for more than any name could match. */
function parse(pattern: readonly string[]): (One | '*')[] | undefined {
	const parts: (One | '*')[] = [];
	for (let at = 0; at < pattern.length;) {
		if (parts.length > 2 * LONGEST_NAME + 1) {
			return undefined;
		}

		const character = pattern[at] ?? '';
		const set = character === '[' ? parseSet(pattern, at + 1) : undefined;
		if (set !== undefined) {
			parts.push(set.one);
			at = set.end;
		} else if (character === '*') {
			if (parts.at(-1) !== '*') {
				parts.push('*');
			}

			at++;
		} else if (character === '?') {
			parts.push(() => true);
			at++;
		} else {
			const isEscaped = character === '\\' && at + 1 < pattern.length;
			const literal = isEscaped ? pattern[at + 1] : character;
			parts.push(found => found === literal);
			at += isEscaped ? 2 : 1;
		}
	}

	return parts;
}

/** `undefined` for a bracket that nothing closes, which stands for itself. */
function parseSet(
	pattern: readonly string[],
	start: number,
): {readonly one: One; readonly end: number} | undefined {
	const isNegated = pattern[start] === '!' || pattern[start] === '^';
	const first = isNegated ? start + 1 : start;
	const ranges: (readonly [string, string])[] = [];
	for (let at = first; at < pattern.length && at - first <= 2 * LONGEST_NAME; at++) {
		if (pattern[at] === ']' && at > first) {
			return {
				one: found => ranges.some(([low, high]) => low <= found && found <= high) !== isNegated,
				end: at + 1,
			};
		}

		at += pattern[at] === '\\' ? 1 : 0;
		const low = pattern[at] ?? '';
		const high = pattern[at + 2];
		const isRange = pattern[at + 1] === '-' && high !== undefined && high !== ']';
		ranges.push([low, isRange ? high : low]);
		at += isRange ? 2 : 0;
	}

	return undefined;
}
