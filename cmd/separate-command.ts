/**
 * Keep our options apart from those of a command that we start: everything from the first word that is
 * no option on is behind a `--`. And keep a `-`, which yargs takes for an option without a name.
 */
import {STANDARD_INPUT} from './standard-streams.js';

/** Options that take the next word as their value, of the commands that start another one. */
const withValue = new Map<string | undefined, ReadonlySet<string>>([
	['run', new Set(['--cache', '--engine', '--audit', '--allow', '--allow-exec'])],
	['trace', new Set(['--output', '-o', '-qo'])],
]);

/** Of these a bundle is the one word. */
const readers: ReadonlySet<string | undefined> = new Set(['inspect', 'verify']);

/** `run -x BUNDLE PROGRAM -y` → `run -x -- BUNDLE PROGRAM -y`; other commands start none. */
export function separateCommand(words: readonly string[]): string[] {
	if (readers.has(words[0])) {
		const end = words.includes('--') ? words.indexOf('--') : words.length;
		return words.map((word, index) => (word === '-' && index < end ? STANDARD_INPUT : word));
	}

	const taking = withValue.get(words[0]);
	if (taking === undefined) {
		return [...words];
	}

	let index = 1;
	while (isOption(words[index]) && words[index] !== '--') {
		index += taking.has(words[index] ?? '') ? 2 : 1;
	}

	return words[index] === undefined || words[index] === '--'
		? [...words]
		: [...words.slice(0, index), '--', ...words.slice(index)];
}

function isOption(word: string | undefined): boolean {
	return word?.startsWith('-') === true && word !== '-';
}
