/**
 * The index as bytes: a head with check sums of everything, a table of the lists, then the pages.
 *
 * Numbers are in this machine's order and the first word tells the version, so that a file of another
 * machine, or of another dynpk, is none. Whatever does not fit together is none either.
 */
import {readSync} from 'node:fs';
import {crc32} from 'node:zlib';
import type {Identity} from './dpkg-files.js';
import {LIST_LIMIT, PAGES, type KnownList, type PathIndex} from './path-index.js';

/** What the index was made from, as it was then. */
export interface IndexBasis {
	readonly info: Identity;
	readonly status: Identity;
}

export interface StoredIndex extends IndexBasis {
	readonly lists: readonly (KnownList | undefined)[];
	/** `undefined` where one of them is damaged. */
	readonly readPages: (numbers: Iterable<number>) => PathIndex['pages'] | undefined;
}

/** "dynpkix" and the version. */
const MAGIC = 0x64796e706b697801n;
const IDENTITY_WORDS = 5;
const IDENTITY_BYTES = IDENTITY_WORDS * 8;
const STANZA_BYTES = 8;
/** Magic number, lists, bytes and check sum of the table, two identities. */
const HEAD_WORDS = 4 + 2 * IDENTITY_WORDS;
/** Behind them length and check sum of each page, then the check sum of all that. */
const HEAD_BYTES = HEAD_WORDS * 8 + PAGES * 8 + 8;

/** A list that is gone keeps its number, by a name that no list has. */
const GONE = '';

/** @returns the parts of the file in their order. */
export function encodeIndex({lists, pages}: PathIndex, {info, status}: IndexBasis): Uint8Array[] {
	const table = encodeTable(lists);
	const head = new BigUint64Array(HEAD_BYTES / 8);
	head.set([MAGIC, BigInt(lists.length), BigInt(table.length), BigInt(crc32(table))]);
	head.set(info, 4);
	head.set(status, 4 + IDENTITY_WORDS);
	const directory = new Uint32Array(head.buffer, HEAD_WORDS * 8, PAGES * 2);
	const bodies = pages.map(page => bytesOf(page ?? new Uint32Array()));
	bodies.forEach((body, page) => directory.set([body.length, crc32(body)], page * 2));
	head[head.length - 1] = BigInt(crc32(bytesOf(head.subarray(0, -1))));
	return [bytesOf(head), table, ...bodies];
}

/** Read what is asked first; `undefined` for a file that is no whole index. */
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

	const table = new Uint8Array(tableLength);
	if (!fill(fd, table, HEAD_BYTES) || crc32(table) !== tableSum) {
		return undefined;
	}

	const status = head.slice(4 + IDENTITY_WORDS, HEAD_WORDS);
	const lists = decodeTable(table, count, status);
	const directory = new Uint32Array(head.buffer, HEAD_WORDS * 8, PAGES * 2);
	return lists === undefined
		? undefined
		: {
				info: head.slice(4, 4 + IDENTITY_WORDS),
				status,
				lists,
				readPages: numbers => readPages(fd, directory, HEAD_BYTES + tableLength, numbers),
			};
}

/** Of as many lists as there are numbers for. */
const TABLE_LIMIT = LIST_LIMIT * 512;

function encodeTable(lists: PathIndex['lists']): Buffer {
	const identities = new BigUint64Array(lists.length * IDENTITY_WORDS);
	const stanzas = new Uint32Array(lists.length * 2);
	lists.forEach((list, number) => {
		if (list !== undefined) {
			identities.set(list.identity, number * IDENTITY_WORDS);
			stanzas.set([list.stanza?.offset ?? 0, list.stanza?.length ?? 0], number * 2);
		}
	});
	const names = lists.map(list => list?.name ?? GONE).join('\n');
	return Buffer.concat([bytesOf(identities), bytesOf(stanzas), Buffer.from(names, 'latin1')]);
}

function decodeTable(
	table: Uint8Array,
	count: number,
	status: Identity,
): StoredIndex['lists'] | undefined {
	const fixed = count * (IDENTITY_BYTES + STANZA_BYTES);
	if (table.length < fixed) {
		return undefined;
	}

	const identities = new BigUint64Array(table.buffer, 0, count * IDENTITY_WORDS);
	const stanzas = new Uint32Array(table.buffer, count * IDENTITY_BYTES, count * 2);
	const names = Buffer.from(table.buffer, fixed).toString('latin1').split('\n');
	return names.length !== count
		? undefined
		: names.map((name, number) => {
				const [offset = 0, length = 0] = stanzas.subarray(number * 2, number * 2 + 2);
				const start = number * IDENTITY_WORDS;
				return name === GONE || name.includes('/')
					? undefined
					: {
							name,
							identity: identities.subarray(start, start + IDENTITY_WORDS),
							stanza: length === 0 ? undefined : {offset, length, status},
						};
			});
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
		const [length = 0, sum] = directory.subarray(number * 2, number * 2 + 2);
		if (wanted.has(number)) {
			const page = new Uint32Array(length / 4);
			if (!fill(fd, bytesOf(page), offset) || crc32(bytesOf(page)) !== sum) {
				return undefined;
			}

			pages[number] = page;
		}

		offset += length;
	}

	return pages;
}

function fill(fd: number, bytes: Uint8Array, offset: number): boolean {
	return readSync(fd, bytes, 0, bytes.length, offset) === bytes.length;
}

function bytesOf(numbers: Uint32Array | BigUint64Array): Uint8Array {
	return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
