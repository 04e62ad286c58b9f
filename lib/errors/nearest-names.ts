/**
 * What a mistyped name was meant to be: `gti` → `git`.
 *
 * Two letters in the wrong order are one slip, as is one too many, too few or another; the longer a name,
 * the more of them. What begins as it was typed counts as near, too.
 */
import compare from 'damerau-levenshtein';

const LETTERS_PER_SLIP = 4;
const MOST_SLIPS = 3;
const SHORTEST = 2;
const MOST_NAMES = 3;

/** The nearest of some names, those that are equally near by the alphabet; none where all are far. */
export function nearestNames(word: string, known: Iterable<string>): string[] {
	const limit = Math.min(Math.ceil(word.length / LETTERS_PER_SLIP), MOST_SLIPS);
	let best = Infinity;
	let names: string[] = [];
	for (const name of word.length < SHORTEST ? [] : new Set(known)) {
		const distance = distanceOf(word, name, limit);
		if (distance < best) {
			best = distance;
			names = [];
		}

		if (distance === best && distance < Infinity) {
			names.push(name);
		}
	}

	return names.sort().slice(0, MOST_NAMES);
}

/** Half a step less for the same letters, and a quarter for the same first one. */
function distanceOf(word: string, name: string, limit: number): number {
	if (name === word || Math.abs(name.length - word.length) > limit) {
		return name.startsWith(word) && name !== word && word.length > SHORTEST ? limit : Infinity;
	}

	const {steps} = compare(word, name);
	const hasSameLetters = lettersOf(word) === lettersOf(name);
	if (steps > limit || (word.length === SHORTEST && !hasSameLetters)) {
		return Infinity;
	}

	return steps - (hasSameLetters ? 0.5 : 0) - (name.startsWith(word.slice(0, 1)) ? 0.25 : 0);
}

function lettersOf(word: string): string {
	return Array.from(word).sort().join('');
}
