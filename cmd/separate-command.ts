/**
 * Keep our options apart from those of a command that we start: everything from the first word that is
 * no option on is behind a `--`.
 */

/** Options that take the next word as their value, of the commands that start another one. */
const withValue = new Map<string | undefined, ReadonlySet<string>>([
	['run', new Set(['--cache', '--engine', '--audit', '--allow', '--allow-exec'])],
	['trace', new Set(['--output', '-o', '-qo'])],
]);

/** `run -x BUNDLE PROGRAM -y` → `run -x -- BUNDLE PROGRAM -y`; other commands are left alone. */
export function separateCommand(words: readonly string[]): string[] {
	const taking = withValue.get(words[0]);
	if (taking === undefined) {
		return [...words];
	}

	let index = 1;
	while (words[index]?.startsWith('-') === true && words[index] !== '--') {
		index += taking.has(words[index] ?? '') ? 2 : 1;
	}

	return words[index] === undefined || words[index] === '--'
		? [...words]
		: [...words.slice(0, index), '--', ...words.slice(index)];
}
