/**
 * Positioned reads of one open file, few and small, whatever its headers claim.
 *
 * Every read is checked against the size the file had when it was opened, brings some bytes more
 * than asked for, and is kept: the tables of an object lie close together, so three reads answer
 * for an ordinary one. The bytes read for one file have a ceiling, because the headers say where
 * to read next and a hostile file would send us everywhere.
 */
import {readSync} from 'node:fs';
import {faultFromErrno} from '../errors/dynpk-error.js';
import type {HostPath} from '../paths/paths.js';
import {invalidElf, truncatedElf} from './elf-fault.js';

export interface FileBytes {
	readonly path: HostPath;
	/** In bytes, when it was opened. */
	readonly size: number;
	/**
	 * Read exactly `length` bytes at `offset` on behalf of a header field.
	 *
	 * @throws {DynpkError} ELF_TRUNCATED where the file ends before; ELF_INVALID at the ceiling.
	 */
	at(offset: number, length: number, field: string): Buffer;
}

/** Program headers of the largest core files apart, tables of real objects stay below 200 KiB. */
const CEILING = 8 << 20;
const READ_AHEAD = 4096;

/** Serve reads of `fd`, which stays the caller's to close. */
export function fileBytes(fd: number, path: HostPath, size: number): FileBytes {
	const windows: {readonly start: number; readonly bytes: Buffer}[] = [];
	let total = 0;

	return {
		path,
		size,
		at(offset, length, field) {
			for (const {start, bytes} of windows) {
				if (offset >= start && offset + length <= start + bytes.length) {
					return bytes.subarray(offset - start, offset - start + length);
				}
			}

			if (offset + length > size) {
				throw truncatedElf(path, field, `ends at ${offset + length}, the file at ${size}`);
			}

			const wanted = Math.min(Math.max(length, READ_AHEAD), size - offset);
			total += wanted;
			if (total > CEILING) {
				throw invalidElf(path, field, `would need more than ${CEILING} bytes of headers`);
			}

			const bytes = Buffer.allocUnsafeSlow(wanted);
			readFully(fd, path, bytes, offset, field);
			windows.push({start: offset, bytes});
			return bytes.subarray(0, length);
		},
	};
}

function readFully(fd: number, path: HostPath, bytes: Buffer, offset: number, field: string): void {
	let done = 0;
	while (done < bytes.length) {
		const count = readOnce(fd, path, bytes.subarray(done), offset + done);
		if (count === 0) {
			throw truncatedElf(path, field, `ends at ${offset + bytes.length}, but the file has shrunk`);
		}

		done += count;
	}
}

function readOnce(fd: number, path: HostPath, bytes: Buffer, offset: number): number {
	try {
		return readSync(fd, bytes, 0, bytes.length, offset);
	} catch (error) {
		throw faultFromErrno(error, `cannot read ${path}`);
	}
}
