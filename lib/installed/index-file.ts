/**
 * The index as bytes: a head with check sums of everything, a table of the lists, then the pages.
 *
 * Numbers are in this machine's order and the first word tells the version, so that a file of another
 * machine, or of another dynpk, is none. Whatever does not fit together is none either.
 */
import {readSync} from 'node:fs';
import {crc32} from 'node:zlib';
import type {Identity} from './dpkg-files.js';
import {IDENTITY_NUMBERS, LIST_LIMIT, PAGES, type ListTable, type PathIndex} from './path-index.js';

/** What the index was made from, as it was then. */
export interface IndexBasis {
	readonly info: Identity;
	readonly status: Identity;
}

export interface StoredIndex extends IndexBasis {
	readonly table: ListTable;
	/** `undefined` where one of them is damaged. */
	readonly readPages: (numbers: Iterable<number>) => PathIndex['pages'] | undefined;
}

/** "dynpkix" and the version. */
const MAGIC = 0x64_79_6e_70_6b_69_78_01n;
/** Magic number, lists, bytes and check sum of the table, two identities of five words. */
const HEAD_WORDS = 14;
/** Behind them length and check sum of each page, then the check sum of all that. */
const HEAD_BYTES = HEAD_WORDS * 8 + PAGES * 8 + 8;

const IDENTITY_BYTES = IDENTITY_NUMBERS * 8;
const STANZA_BYTES = 8;
/** Of as many lists as there are numbers for, with the longest of names. */
const TABLE_LIMIT = LIST_LIMIT * (IDENTITY_BYTES + STANZA_BYTES + 256);

/** The parts of the file, in their order. */
export function encodeIndex(index: PathIndex, {info, status}: IndexBasis): Uint8Array[] {
	const {names, identities, stanzas, pages} = index;
	const text = Buffer.from(names.join('\n'), 'latin1');
	const table = Buffer.concat([bytesOf(identities), bytesOf(stanzas), text]);
	const head = new BigUint64Array(HEAD_BYTES / 8);
	head.set([MAGIC, BigInt(names.length), BigInt(table.length), BigInt(crc32(table))]);
	head.set(info, 4);
	head.set(status, 9);
	const directory = new Uint32Array(head.buffer, HEAD_WORDS * 8, PAGES * 2);
	const bodies = pages.map(page => bytesOf(page ?? new Uint32Array()));
	for (const [number, body] of bodies.entries()) {
		directory.set([body.length, crc32(body)], number * 2);
	}

	head[head.length - 1] = BigInt(crc32(bytesOf(head.subarray(0, -1))));
	return [bytesOf(head), table, ...bodies];
}

/** Read all but the pages; `undefined` for a file that is no whole index. */
export function readIndex(fd: number): StoredIndex | undefined {
	const head = new BigUint64Array(HEAD_BYTES / 8);
	if (!fill(fd, bytesOf(head), 0) || head[0] !== MAGIC) {
		return undefined;
	}

	const [, count = 0, tableLength = 0, tableSum] = Array.from(head.subarray(0, 4), Number);
	const sum = BigInt(crc32(bytesOf(head.subarray(0, -1))));
	if (head.at(-1) !== sum || count > LIST_LIMIT || tableLength > TABLE_LIMIT) {
		return undefined;
	}

	const bytes = new Uint8Array(tableLength);
	if (!fill(fd, bytes, HEAD_BYTES) || crc32(bytes) !== tableSum) {
		return undefined;
	}

	const table = decodeTable(bytes, count);
	const directory = new Uint32Array(head.buffer, HEAD_WORDS * 8, PAGES * 2);
	return (
		table && {
			info: head.subarray(4, 9),
			status: head.subarray(9, HEAD_WORDS),
			table,
			readPages: numbers => readPages(fd, directory, HEAD_BYTES + tableLength, numbers),
		}
	);
}

function decodeTable({buffer, length}: Uint8Array, count: number): ListTable | undefined {
	const stanzasStart = count * IDENTITY_BYTES;
	const namesStart = stanzasStart + count * STANZA_BYTES;
	if (length < namesStart) {
		return undefined;
	}

	const names = Buffer.from(buffer, namesStart).toString('latin1').split('\n');
	return names.length !== count || names.some(name => name.includes('/'))
		? undefined
		: {
				names,
				identities: new Float64Array(buffer, 0, count * IDENTITY_NUMBERS),
				stanzas: new Uint32Array(buffer, stanzasStart, count * 2),
			};
}

function readPages(
	fd: number,
	directory: Uint32Array,
	start: number,
	numbers: Iterable<number>,
): PathIndex['pages'] | undefined {
	const wanted = new Set(numbers);
	const pages: (Uint32Array | undefined)[] = [];
	let offset = start;
	for (let number = 0; number < PAGES; number++) {
		const length = directory[number * 2] ?? 0;
		if (wanted.has(number)) {
			const page = new Uint32Array(length / 4);
			const bytes = bytesOf(page);
			if (!fill(fd, bytes, offset) || crc32(bytes) !== directory[number * 2 + 1]) {
				return undefined;
			}

			pages[number] = page;
		}

		offset += length;
	}

	return pages;
}

function fill(fd: number, bytes: Uint8Array, offset: number): boolean {
	return bytes.length === 0 || readSync(fd, bytes, 0, bytes.length, offset) === bytes.length;
}

function bytesOf({buffer, byteOffset, byteLength}: NodeJS.TypedArray): Uint8Array {
	return new Uint8Array(buffer, byteOffset, byteLength);
}
