/**
 * The bundled copy of a loader, made blind to the host.
 *
 * A loader has names of the host compiled in: directories it searches last, whatever its options
 * say, its cache and its preload file (glibc elf/dl-load.c `system_dirs`, elf/dl-cache.h, elf/rtld.c;
 * musl ldso/dynlink.c). Each is overwritten by a string of the same length that names nothing. The
 * lengths matter: glibc keeps those of the directories in a table of their own.
 *
 * The strings are recognised by what they are, not by where a distribution's build puts them. `$LIB`,
 * which names a part of a path and is no directory to search, stays.
 */

export interface EditedLoader {
	/** A new buffer, as long as the old one. */
	readonly bytes: Buffer;
	/** By offset. */
	readonly edits: readonly LoaderEdit[];
	/** Whether every kind of name that such a loader has was found. */
	readonly complete: boolean;
}

export interface LoaderEdit {
	readonly what: LoaderName;
	readonly offset: number;
	/** One character a byte; without the final NUL. */
	readonly before: string;
	readonly after: string;
}

export type LoaderName = 'directory' | 'cache' | 'preload-file' | 'search-list' | 'search-file';

interface NamePattern {
	readonly what: LoaderName;
	/** Group 1 is what to overwrite. */
	readonly pattern: RegExp;
}

/** `/lib/`, `/usr/lib64/`, `/lib/x86_64-linux-gnu/`: always with a final slash. */
const DIRECTORY = String.raw`(?:/[\w.+-]+)*/lib\w*(?:/[\w.+-]+)?/`;

const glibcNames: readonly NamePattern[] = [
	{what: 'directory', pattern: new RegExp(String.raw`(?<=\0)(${DIRECTORY})(?=\0)`, 'gu')},
	// The first of a list, where what lies ahead of it is no string.
	{
		what: 'directory',
		pattern: new RegExp(String.raw`(?<![\w./+-])(${DIRECTORY})(?=\0${DIRECTORY}\0)`, 'gu'),
	},
	{what: 'cache', pattern: /(?<=\0)((?:\/[\w.+-]+)*\/etc\/ld\.so\.cache)(?=\0)/gu},
	{what: 'preload-file', pattern: /(?<=\0)((?:\/[\w.+-]+)*\/etc\/ld\.so\.preload)(?=\0)/gu},
];

const muslNames: readonly NamePattern[] = [
	{what: 'search-list', pattern: /(?<=\0)(\/[\w./+-]*lib(?::\/[\w./+-]*lib[\w./+-]*)+)(?=\0)/gu},
	// A format: the loader's own prefix stands for `%.*s`.
	{what: 'search-file', pattern: /(?<=\0%\.\*s)(\/etc\/ld-musl-[\w-]+\.path)(?=\0)/gu},
];

/** Overwrite the host's names in a loader; what is no loader known here comes back unchanged. */
export function editLoader(bytes: Buffer): EditedLoader {
	const text = bytes.toString('latin1');
	const patterns = patternsFor(text);
	const edits = patterns
		.flatMap(pattern => findNames(text, pattern))
		.filter((edit, index, all) => all.findIndex(other => other.offset === edit.offset) === index)
		.sort((a, b) => a.offset - b.offset);
	const edited = Buffer.from(bytes);
	for (const edit of edits) {
		edited.write(edit.after, edit.offset, 'latin1');
	}

	const found = new Set(edits.map(edit => edit.what));
	const complete =
		patterns.length > 0 && patterns.every(({what}) => found.has(what)) && isBlind(edited, patterns);
	return {bytes: edited, edits, complete};
}

function patternsFor(text: string): readonly NamePattern[] {
	if (text.includes('/etc/ld-musl-')) {
		return muslNames;
	}

	return text.includes('LD_LIBRARY_PATH') && text.includes('ld.so.cache') ? glibcNames : [];
}

function findNames(text: string, {what, pattern}: NamePattern): LoaderEdit[] {
	return [...text.matchAll(pattern)].map(match => {
		const before = match[1] ?? '';
		return {what, offset: match.index, before, after: nothingAsLongAs(before)};
	});
}

/** The check after the edit: no name is left that this module knows of. */
function isBlind(bytes: Buffer, patterns: readonly NamePattern[]): boolean {
	const text = bytes.toString('latin1');
	return patterns.every(pattern =>
		findNames(text, pattern).every(({before}) => before === nothingAsLongAs(before)),
	);
}

/**
 * A path that leads nowhere, absolute because glibc insists on it, with the final slash if there was
 * one. Nothing lies below a device. Where there is no room for that, a directory whose name is made
 * of control characters: only root could make it, and only on purpose.
 */
function nothingAsLongAs(name: string): string {
	const end = name.endsWith('/') ? '/' : '';
	const device = '/dev/null/';
	return name.length > device.length + end.length
		? device + 'x'.repeat(name.length - device.length - end.length) + end
		: '/' + '\u0001'.repeat(name.length - 1 - end.length) + end;
}
