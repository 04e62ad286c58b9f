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

/** Bytes of the file: those from `at` on in `bytes`, which may begin before and end behind. */
export interface Span {
	readonly bytes: Buffer;
	readonly at: number;
}

export interface FileBytes {
	readonly path: HostPath;
	/** In bytes, when it was opened. */
	readonly size: number;
	/**
	 * Read exactly `length` bytes at `offset` on behalf of a header field.
	 *
	 * @throws {DynpkError} ELF_TRUNCATED where the file ends before; ELF_INVALID at the ceiling.
	 */
	at(offset: number, length: number, field: string): Span;
}

/** Program headers of the largest core files apart, tables of real objects stay below 200 KiB. */
const CEILING = 8 << 20;
const READ_AHEAD = 4096;
/**
 * Where the windows of one file at a time lie; nothing decoded keeps a reference. A buffer for
 * each would take 29.5 µs an object in place of 25.4, and the collector's time later.
 */
const arena = Buffer.allocUnsafeSlow(256 << 10);

/** Serve reads of `fd`, which stays the caller's to close. */
export function fileBytes(fd: number, path: HostPath, size: number): FileBytes {
	const windows: {readonly start: number; readonly bytes: Buffer}[] = [];
	let total = 0;

	return {
		path,
		size,
		at(offset, length, field) {
			const known = windows.findLast(({start, bytes}) => {
				return offset >= start && offset + length <= start + bytes.length;
			});
			if (known !== undefined) {
				return {bytes: known.bytes, at: offset - known.start};
			}

			if (offset + length > size) {
				throw truncatedElf(path, field, `ends at ${offset + length}, the file at ${size}`);
			}

			const wanted = Math.min(Math.max(length, READ_AHEAD), size - offset);
			total += wanted;
			if (total > CEILING) {
				throw invalidElf(path, field, `would need more than ${CEILING} bytes of headers`);
			}

			const fits = total <= arena.length;
			const bytes = fits ? arena.subarray(total - wanted, total) : Buffer.allocUnsafeSlow(wanted);
			readFully(fd, path, bytes, offset, field);
			windows.push({start: offset, bytes});
			return {bytes, at: 0};
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
