/** Read the values of one tag out of a parsed header, in the type the caller expects. */
import {isUtf8} from 'node:buffer';
import {endOfString, types, type HeaderEntry, type RpmHeader} from './header.js';
import {RpmError} from './rpm-error.js';
import {tagName} from './tags.js';

/** All strings of a tag; for translated text one for each locale. Empty when the tag is absent. */
export function headerStrings(header: RpmHeader, tag: number): readonly string[] {
	const entry = header.entries.get(tag);
	if (entry === undefined) {
		return [];
	}

	requireType(header, entry, entry.type >= types.string && entry.type !== types.binary, 'text');
	const {store} = header;
	const strings: string[] = [];
	let position = entry.offset;
	for (let index = 0; index < entry.count; index++) {
		const end = endOfString(store, position);
		strings.push(end === position ? '' : store.toString('utf8', position, end));
		position = end + 1;
	}

	return strings;
}

/** The first string of a tag: of translated text, the one in the C locale. */
export function headerString(header: RpmHeader, tag: number): string | undefined {
	const entry = header.entries.get(tag);
	if (entry === undefined) {
		return undefined;
	}

	requireType(header, entry, entry.type >= types.string && entry.type !== types.binary, 'text');
	return header.store.toString('utf8', entry.offset, endOfString(header.store, entry.offset));
}

/** All numbers of a tag, unsigned. Empty when the tag is absent. */
export function headerNumbers(header: RpmHeader, tag: number): readonly number[] {
	const entry = header.entries.get(tag);
	if (entry === undefined) {
		return [];
	}

	requireType(header, entry, entry.type >= types.char && entry.type <= types.int64, 'numbers');
	const {store} = header;
	const {offset, count, type} = entry;
	const numbers = new Array<number>(count);
	for (let index = 0; index < count; index++) {
		numbers[index] = readNumber(header, store, offset, index, type, tag);
	}

	return numbers;
}

export function headerNumber(header: RpmHeader, tag: number): number | undefined {
	return headerNumbers(header, tag)[0];
}

export function headerBytes(header: RpmHeader, tag: number): Buffer | undefined {
	const entry = header.entries.get(tag);
	return entry && header.store.subarray(entry.offset, entry.offset + entry.length);
}

/** Whether all text of a tag is valid UTF-8; names that are not cannot be carried further. */
export function isHeaderUtf8(header: RpmHeader, tag: number): boolean {
	const bytes = headerBytes(header, tag);
	return bytes === undefined || isUtf8(bytes);
}

function readNumber(
	header: RpmHeader,
	store: Buffer,
	offset: number,
	index: number,
	type: number,
	tag: number,
): number {
	switch (type) {
		case types.int16:
			return store.readUInt16BE(offset + index * 2);
		case types.int32:
			return store.readUInt32BE(offset + index * 4);
		case types.int64: {
			const high = store.readUInt32BE(offset + index * 8);
			if (high >= 1 << 21) {
				throw badValue(header, tag, 'holds a number over 2^53');
			}

			return high * 2 ** 32 + store.readUInt32BE(offset + index * 8 + 4);
		}

		default:
			return store.readUInt8(offset + index);
	}
}

function requireType(
	header: RpmHeader,
	entry: HeaderEntry,
	fits: boolean,
	expected: 'text' | 'numbers',
): void {
	if (!fits) {
		throw badValue(header, entry.tag, `has type ${entry.type}, not ${expected}`);
	}
}

function badValue(header: RpmHeader, tag: number, problem: string): RpmError {
	return new RpmError('RPM_BAD_HEADER', `${tagName(tag)} ${problem}`, {package: header.package});
}
