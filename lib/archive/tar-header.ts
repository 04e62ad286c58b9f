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
	const header: TarHeader = {
		// Older readers know a directory by its slash alone.
		name: entry.kind === 'directory' ? `${entry.path}/` : entry.path,
		type: entry.kind === 'hardlink' ? 'link' : entry.kind,
		mode: modeOf(entry),
		size,
		mtime: new Date(Math.min(mtime, LATEST_PLAIN_TIME) * 1000),
		uid: 0,
		gid: 0,
	};
	if (entry.kind === 'symlink' || entry.kind === 'hardlink') {
		header.linkname = entry.target;
	}
	if (mtime > LATEST_PLAIN_TIME) {
		header.pax = {mtime: String(mtime)};
	}
	return header;
}

function modeOf(entry: ArchiveEntry): number {
	switch (entry.kind) {
		case 'symlink':
			return 0o777;
		case 'hardlink':
			return 0o644;
		case 'directory':
		case 'file':
			assertRange('mode', entry.mode, 1, 0o777);
			return entry.mode;
	}
}

function assertRange(field: string, value: number, least: number, most: number): void {
	if (!Number.isSafeInteger(value) || value < least || value > most) {
		throw new RangeError(`tar header: ${field} ${value} is not between ${least} and ${most}`);
	}
}
