/** All of a small file that somebody else has made: a regular one, and no larger than such a file can be. */
import {closeSync, fstatSync, readSync} from 'node:fs';
import {openToRead} from './open-to-read.js';

export type WholeFile =
	| {readonly status: 'read'; readonly bytes: Buffer}
	| {readonly status: 'refused'; readonly why: string};

/** What the system says to opening and reading is thrown as it is. */
export function readWholeFile(path: string, limit: number): WholeFile {
	const file = openToRead(path);
	try {
		const status = fstatSync(file);
		if (!status.isFile()) {
			return {status: 'refused', why: 'it is not a regular file'};
		}

		if (status.size > limit) {
			return {status: 'refused', why: `${status.size} bytes are too many`};
		}

		const bytes = Buffer.allocUnsafeSlow(status.size);
		let filled = 0;
		for (let count = -1; count !== 0 && filled < bytes.length; filled += count) {
			count = readSync(file, bytes, filled, bytes.length - filled, null);
		}

		return {status: 'read', bytes: bytes.subarray(0, filled)};
	} finally {
		closeSync(file);
	}
}
