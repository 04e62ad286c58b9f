/**
 * The only place where a tar header is made.
 *
 * tar-stream writes what it cannot represent without a word: mode 0 becomes 0644, times after 2038
 * wrap, large owners are clipped. So owners are always root, and every other number is checked
 * here before the library sees it.
 */
import type {Pack} from 'tar-stream';
import type {ArchiveEntry} from './archive-entry.js';

export type TarHeader = Parameters<Pack['entry']>[0];

export interface HeaderFacts {
	/** Seconds since 1970. */
	readonly mtime: number;
	/** Of a file's contents; 0 for everything else. */
	readonly size: number;
}

/** The largest number of seconds tar-stream's 32-bit arithmetic carries. */
const LATEST_PLAIN_TIME = 2 ** 31 - 1;
/** What eleven octal digits hold, which is what every reader understands. */
const LATEST_TIME = 8 ** 11 - 1;

/**
 * Describe an entry to tar-stream.
 *
 * @throws {RangeError} on a number that would not come back as it was given: a fault of the caller
 */
export function makeTarHeader(entry: ArchiveEntry, {mtime, size}: HeaderFacts): TarHeader {
	assertRange('mtime', mtime, 0, LATEST_TIME);
	assertRange('size', size, 0, Number.MAX_SAFE_INTEGER);
	const header = {
		size,
		mtime: new Date(Math.min(mtime, LATEST_PLAIN_TIME) * 1000),
		uid: 0,
		gid: 0,
		...(mtime > LATEST_PLAIN_TIME && {pax: {mtime: String(mtime)}}),
	};
	switch (entry.kind) {
		case 'directory':
			// Older readers know a directory by its slash alone.
			return {...header, name: `${entry.path}/`, type: 'directory', mode: checkedMode(entry.mode)};
		case 'file':
			return {...header, name: entry.path, type: 'file', mode: checkedMode(entry.mode)};
		case 'symlink':
			return {...header, name: entry.path, type: 'symlink', mode: 0o777, linkname: entry.target};
		case 'hardlink':
			return {...header, name: entry.path, type: 'link', mode: 0o644, linkname: entry.target};
	}
}

function checkedMode(mode: number): number {
	assertRange('mode', mode, 1, 0o777);
	return mode;
}

function assertRange(field: string, value: number, least: number, most: number): void {
	if (!Number.isSafeInteger(value) || value < least || value > most) {
		throw new RangeError(`tar header: ${field} ${value} is not between ${least} and ${most}`);
	}
}
