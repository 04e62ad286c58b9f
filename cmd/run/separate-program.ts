/**
 * Keep our options apart from the program's: everything from BUNDLE on is behind a `--`.
 */

/** Options of `run` that take the next word as their value. */
const withValue = new Set(['--cache', '--engine', '--audit', '--allow', '--allow-exec']);

/** `run -x BUNDLE PROGRAM -y` → `run -x -- BUNDLE PROGRAM -y`; other commands are left alone. */
export function separateProgram(words: readonly string[]): string[] {
	if (words[0] !== 'run') {
		return [...words];
	}

	let index = 1;
	while (words[index]?.startsWith('-') === true && words[index] !== '--') {
		index += withValue.has(words[index] ?? '') ? 2 : 1;
	}

	return words[index] === undefined || words[index] === '--'
		? [...words]
		: [...words.slice(0, index), '--', ...words.slice(index)];
}
