/**
 * Take a `locale-archive` apart into the files that localedef(1) would make of each locale.
 *
 * The form is glibc's (locale/locarchive.h): a header of fourteen words, a table of names, and for
 * each locale where the bytes of its categories lie. Numbers are those of the machine; an archive of
 * the other byte order is none. Nothing of it is believed before it was seen to lie inside.
 */

export interface ArchivedFile {
	/** Below the directory of locales, such as `de_DE.utf8/LC_TIME`. */
	readonly path: string;
	readonly offset: number;
	readonly length: number;
}

/** In the order of their paths; `undefined` where the bytes are no archive. */
export function listArchivedLocales(bytes: Buffer): readonly ArchivedFile[] | undefined {
	const word = (at: number): number => (at + 4 <= bytes.length ? bytes.readUInt32LE(at) : 0);
	const [names, size] = [word(NAMES_OFFSET), word(NAMES_SIZE)];
	if (word(0) !== MAGIC || names + size * NAME_ENTRY > bytes.length) {
		return undefined;
	}

	const files: ArchivedFile[] = [];
	for (let index = 0; index < size; index++) {
		const entry = names + index * NAME_ENTRY;
		const record = word(entry + 8);
		const name = record === 0 ? undefined : readName(bytes, word(entry + 4));
		if (name === undefined) {
			continue;
		}

		categories.forEach((category, number) => {
			const at = record + 4 + 8 * number;
			const [offset, length] = [word(at), word(at + 4)];
			if (category !== undefined && length > 0 && offset + length <= bytes.length) {
				files.push({path: `${name}/${category}`, offset, length});
			}
		});
	}

	return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

const MAGIC = 0xde020109;
const NAMES_OFFSET = 8;
const NAMES_SIZE = 16;
const NAME_ENTRY = 12;
const NAME_LIMIT = 64;

/** By the number of LC_*; the seventh is LC_ALL, which no file has. */
const categories: readonly (string | undefined)[] = [
	...['LC_CTYPE', 'LC_NUMERIC', 'LC_TIME', 'LC_COLLATE', 'LC_MONETARY'],
	'LC_MESSAGES/SYS_LC_MESSAGES',
	undefined,
	...['LC_PAPER', 'LC_NAME', 'LC_ADDRESS', 'LC_TELEPHONE', 'LC_MEASUREMENT', 'LC_IDENTIFICATION'],
];

/** A name becomes that of a directory. */
function readName(bytes: Buffer, offset: number): string | undefined {
	const end = bytes.indexOf(0, offset);
	const name = bytes.toString('latin1', offset, Math.min(end, offset + NAME_LIMIT));
	return end !== -1 && /^[A-Za-z][\w@.-]*$/u.test(name) ? name : undefined;
}
