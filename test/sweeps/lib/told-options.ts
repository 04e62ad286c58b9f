/**
 * What `dynpk pack` said → the words that it names for taking along what stays behind, as a user reads them.
 *
 * Where it names a place for them to be filled in (`DIR/NAME`, `DIR/…`), they are those that the same line
 * counts out; what a line only says how many there are of, nobody can name.
 */
import {posix} from 'node:path';

const lines: readonly (readonly [RegExp, (said: Said) => readonly string[]])[] = [
	[/; (?<with>--with .*?) takes? (?:it|them|a file) along/u, withWords],
	[/--scope prefix takes/u, () => ['--scope', 'prefix']],
	[/--commands packs/u, () => ['--commands']],
	[/--suspected packs/u, () => ['--suspected']],
	[/stay behind: (?<names>.*?)(?: and \d+ more)?; as targets they travel/u, targets],
	[/ names? (?<names>.*?)(?: and \d+ more)?: not packed; programs that are targets/u, targets],
	[/; (?<names>\S+) as a target too travels along/u, targets],
];

type Said = Readonly<Record<string, string | undefined>> & {readonly line: string};

/** Options with their values, and targets. */
export function toldOptions(stderr: string): readonly (readonly string[])[] {
	return stderr.split('\n').flatMap(line =>
		lines.flatMap(([pattern, wordsOf]) => {
			const match = pattern.exec(line);
			return match === null ? [] : pairs(wordsOf({...match.groups, line}));
		}),
	);
}

function pairs(words: readonly string[]): readonly (readonly string[])[] {
	return words.flatMap((word, at) => {
		const value = words[at + 1];
		const hasValue = word === '--with' || word === '--scope';
		const isValue = ['--with', '--scope'].includes(words[at - 1] ?? '');
		return isValue ? [] : [hasValue && value !== undefined ? [word, value] : [word]];
	});
}

const WORD = /'(?<quoted>(?:[^']|'\\'')*)'|(?<plain>\S+)/gu;

function withWords({with: words = '', line}: Said): readonly string[] {
	return [...words.matchAll(WORD)].flatMap(({groups}) => {
		const word = groups?.quoted?.replaceAll(String.raw`'\''`, "'") ?? groups?.plain ?? '';
		const open = /^(?<directory>.*)\/(?:NAME|…)$/u.exec(word)?.groups?.directory;
		return open === undefined
			? [word]
			: namesIn(line).flatMap((name, at) => [
					...(at === 0 ? [] : ['--with']),
					posix.join(open, name),
				]);
	});
}

/** `DIR: Python has A, B and 2 more there`, `DIR: A and 2 more in it stays behind`. */
function namesIn(line: string): readonly string[] {
	const names =
		/: (?:\w+ has )?(?<names>\S+(?:, \S+)*?)(?: and \d+ more)? (?:there|in it)\b/u.exec(line)
			?.groups?.names ?? '';
	return names === '' ? [] : names.split(', ');
}

/** A package, or a program, behind whose name its package stands. */
function targets({names = ''}: Said): readonly string[] {
	return names.replaceAll(/ \([^)]*\)/gu, '').split(/,? /u);
}
