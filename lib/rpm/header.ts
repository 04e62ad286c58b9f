/**
 * One RPM header structure: an index of tags over a store of values.
 *
 * Every offset and count is checked against the store when the header is parsed, so the verbs of
 * `header-values.ts` read without checking again. Values are decoded when asked for: most of a
 * header is changelog and is never looked at. Authority: rpm's `docs/manual/format_header.md`
 * and `hregions.md`.
 */
import {RpmError} from './rpm-error.js';
import {tagName, tags} from './tags.js';

export const types = {
	null: 0,
	char: 1,
	int8: 2,
	int16: 3,
	int32: 4,
	int64: 5,
	string: 6,
	binary: 7,
	stringArray: 8,
	translated: 9,
} as const;

export interface HeaderEntry {
	readonly tag: number;
	readonly type: number;
	readonly count: number;
	/** Where the values begin in the store. */
	readonly offset: number;
	/** How many bytes of the store they take. */
	readonly length: number;
}

export interface RpmHeader {
	/** The path of the package, for messages. */
	readonly package: string;
	readonly entries: ReadonlyMap<number, HeaderEntry>;
	readonly store: Buffer;
	/** The region tag that covers the header; `undefined` in packages older than rpm 4. */
	readonly region: 'signatures' | 'immutable' | undefined;
	/** Length of the whole structure, magic included. */
	readonly byteLength: number;
}

export const INTRO_LENGTH = 16;
const ENTRY_LENGTH = 16;
const MAGIC = 0x8eade801;

// rpm's own limits (HEADER_TAGS_MAX and HEADER_DATA_MAX).
const MAX_ENTRIES = 0xffff;
const MAX_STORE = 0x0fffffff;

const elementSizes = [1, 1, 1, 2, 4, 8, 0, 1, 0, 0] as const;

/** Length of the whole header from its first 16 bytes. @throws {RpmError} RPM_BAD_HEADER */
export function headerLength(intro: Buffer, at: number, origin: string): number {
	if (intro.length - at < INTRO_LENGTH) {
		throw new RpmError('RPM_BAD_HEADER', 'truncated before its header', {package: origin});
	}

	if (intro.readUInt32BE(at) !== MAGIC) {
		throw new RpmError('RPM_BAD_HEADER', 'no header where one must be', {package: origin});
	}

	const entryCount = intro.readUInt32BE(at + 8);
	const storeLength = intro.readUInt32BE(at + 12);
	if (entryCount === 0 || entryCount > MAX_ENTRIES || storeLength > MAX_STORE) {
		const claim = `${entryCount} entries and ${storeLength} bytes`;
		throw new RpmError('RPM_BAD_HEADER', `its header claims ${claim}`, {package: origin});
	}

	return INTRO_LENGTH + entryCount * ENTRY_LENGTH + storeLength;
}

/** Parse `bytes`, which hold exactly one header. @throws {RpmError} RPM_BAD_HEADER */
export function parseHeader(
	bytes: Buffer,
	kind: 'signatures' | 'immutable',
	origin: string,
): RpmHeader {
	const entryCount = bytes.readUInt32BE(8);
	const storeStart = INTRO_LENGTH + entryCount * ENTRY_LENGTH;
	const store = bytes.subarray(storeStart);
	const entries = new Map<number, HeaderEntry>();
	const covered = readRegion(bytes, store, kind, origin);
	const added = new Map<number, HeaderEntry>();
	// Entries that share values would make a small header cost what a gigabyte does.
	let left = store.length;
	for (let index = covered === undefined ? 0 : 1; index < entryCount; index++) {
		const entry = readEntry(bytes, INTRO_LENGTH + index * ENTRY_LENGTH, store, origin);
		left -= entry.length;
		if (left < 0) {
			throw badHeader(origin, 'its entries share values');
		}

		const side = index < (covered ?? entryCount) ? entries : added;
		if (side.has(entry.tag)) {
			throw badHeader(origin, `${tagName(entry.tag)} appears twice`);
		}

		side.set(entry.tag, entry);
	}

	// A digest that stands in the region too is checked by the first (hdrblobGet in rpm's lib/header.c).
	for (const [tag, entry] of added) {
		entries.set(tag, entries.get(tag) ?? entry);
	}

	return {
		package: origin,
		entries,
		store,
		region: covered === undefined ? undefined : kind,
		byteLength: bytes.length,
	};
}

function readEntry(bytes: Buffer, at: number, store: Buffer, origin: string): HeaderEntry {
	const tag = bytes.readInt32BE(at);
	const type = bytes.readUInt32BE(at + 4);
	const offset = bytes.readInt32BE(at + 8);
	const count = bytes.readUInt32BE(at + 12);
	const elementSize = elementSizes[type];
	if (elementSize === undefined) {
		throw badHeader(origin, `${tagName(tag)} has the unknown type ${type}`);
	}

	if (tag < tags.headerI18nTable) {
		throw badHeader(origin, `${tagName(tag)} is no tag of a package`);
	}

	if (offset < 0 || offset > store.length || count > store.length || count === 0) {
		throw badHeader(origin, `${tagName(tag)} lies outside its header`);
	}

	if (elementSize > 1 && offset % elementSize !== 0) {
		throw badHeader(origin, `${tagName(tag)} is not aligned`);
	}

	const length =
		elementSize === 0
			? stringsLength(store, offset, type === types.string ? 1 : count)
			: elementSize * count;
	if (length === undefined || offset + length > store.length) {
		throw badHeader(origin, `the values of ${tagName(tag)} run past the end of the header`);
	}

	return {tag, type, count: type === types.string ? 1 : count, offset, length};
}

/** How far `count` strings reach; `undefined` when one of them does not end. */
function stringsLength(store: Buffer, offset: number, count: number): number | undefined {
	let position = offset;
	for (let index = 0; index < count; index++) {
		const end = endOfString(store, position);
		if (end === store.length) {
			return undefined;
		}

		position = end + 1;
	}

	return position - offset;
}

/** Where the string at `position` ends; `store.length` when it does not. */
export function endOfString(store: Buffer, position: number): number {
	// Most strings are a dozen bytes, for which a call of indexOf takes longer than this loop.
	let end = position;
	while (end < store.length && store[end] !== 0) {
		end++;
	}

	return end;
}

/**
 * Check the region of a header, if it has one, and count the entries it covers: its trailer, 16 bytes
 * of the store that look like an index entry, says how many. The main header's region must cover all,
 * since no digest would cover the rest. Behind that of a signature header stands what signing added.
 */
function readRegion(
	bytes: Buffer,
	store: Buffer,
	kind: 'signatures' | 'immutable',
	origin: string,
): number | undefined {
	const regionTag = kind === 'signatures' ? tags.headerSignatures : tags.headerImmutable;
	const tag = bytes.readInt32BE(INTRO_LENGTH);
	if (tag !== regionTag && tag !== tags.headerImage) {
		return undefined;
	}

	const type = bytes.readUInt32BE(INTRO_LENGTH + 4);
	const offset = bytes.readInt32BE(INTRO_LENGTH + 8);
	const count = bytes.readUInt32BE(INTRO_LENGTH + 12);
	if (type !== types.binary || count !== ENTRY_LENGTH) {
		throw badHeader(origin, 'its region tag is malformed');
	}

	if (offset < 0 || offset + ENTRY_LENGTH > store.length) {
		throw badHeader(origin, 'its region trailer lies outside the header');
	}

	const trailerTag = store.readInt32BE(offset);
	// Packages of the first rpm 4 releases carry the older tag in the signature's trailer.
	const tagMatches =
		trailerTag === tag || (kind === 'signatures' && trailerTag === tags.headerImage);
	const covered = -store.readInt32BE(offset + 8) / ENTRY_LENGTH;
	const entryCount = bytes.readUInt32BE(8);
	if (!tagMatches || store.readUInt32BE(offset + 4) !== types.binary) {
		throw badHeader(origin, 'its region trailer is malformed');
	}

	const isWhole = covered === entryCount && offset + ENTRY_LENGTH === store.length;
	if (kind === 'immutable' && !isWhole) {
		throw badHeader(origin, 'its region does not cover the whole header');
	}

	if (!Number.isInteger(covered) || covered < 1 || covered > entryCount) {
		throw badHeader(origin, `its region covers ${covered} of ${entryCount} entries`);
	}

	return covered;
}

function badHeader(origin: string, problem: string): RpmError {
	return new RpmError('RPM_BAD_HEADER', problem, {package: origin});
}
