/**
 * The headers of a payload archive: SVR4 `newc`, and rpm's own stripped form.
 *
 * A `newc` member names its file and states its length. A stripped one (`07070X`) is an index
 * into the package's file list, which knows both. Numbers are eight hexadecimal digits; names
 * and contents are padded to four bytes, counted from the start of the archive.
 */
import type {ByteStream} from './byte-stream.js';

export type CpioMember =
	| {readonly kind: 'named'; readonly name: string; readonly size: number}
	| {readonly kind: 'indexed'; readonly index: number}
	| {readonly kind: 'trailer'};

/** A problem of the archive, for the caller to put a package's name to. */
export class CpioProblem extends Error {
	override readonly name = 'CpioProblem';
}

const MAGIC_LENGTH = 6;
const NEWC_FIELDS = 13;
const FIELD_LENGTH = 8;
const MAX_NAME = 4096;
const TRAILER = 'TRAILER!!!';

/** Length of the padding behind `length` bytes that began at a multiple of four. */
export function paddingAfter(length: number): number {
	return (4 - (length % 4)) % 4;
}

/** Read the header of the next member, up to where its content begins. */
export async function readMember(stream: ByteStream): Promise<CpioMember> {
	const magic = (await takeOrFail(stream, MAGIC_LENGTH)).toString('latin1');
	switch (magic) {
		case '070701':
		case '070702':
			return readNamed(stream);
		case '07070X': {
			const index = parseField(await takeOrFail(stream, FIELD_LENGTH), 0);
			await takeOrFail(stream, paddingAfter(MAGIC_LENGTH + FIELD_LENGTH));
			return {kind: 'indexed', index};
		}

		default:
			throw new CpioProblem('no archive member where one must be');
	}
}

async function readNamed(stream: ByteStream): Promise<CpioMember> {
	const fields = await takeOrFail(stream, NEWC_FIELDS * FIELD_LENGTH);
	const size = parseField(fields, 6);
	const nameLength = parseField(fields, 11);
	if (nameLength < 2 || nameLength > MAX_NAME) {
		throw new CpioProblem(`an archive member claims a name of ${nameLength} bytes`);
	}

	const bytes = await takeOrFail(stream, nameLength);
	await takeOrFail(stream, paddingAfter(MAGIC_LENGTH + fields.length + nameLength));
	const end = bytes.indexOf(0);
	if (end !== nameLength - 1) {
		throw new CpioProblem('the name of an archive member is not terminated');
	}

	const name = bytes.toString('utf8', 0, end);
	return name === TRAILER ? {kind: 'trailer'} : {kind: 'named', name, size};
}

function parseField(bytes: Buffer, index: number): number {
	const text = bytes.toString('latin1', index * FIELD_LENGTH, (index + 1) * FIELD_LENGTH);
	if (!/^[0-9a-fA-F]{8}$/u.test(text)) {
		throw new CpioProblem('an archive member has a malformed number');
	}

	return Number.parseInt(text, 16);
}

export async function takeOrFail(stream: ByteStream, length: number): Promise<Buffer> {
	const bytes = await stream.take(length);
	if (bytes === undefined) {
		throw new CpioProblem('the payload is truncated');
	}

	return bytes;
}
