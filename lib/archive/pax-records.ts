/**
 * The body of a pax extended header → the few records that change what a member is.
 *
 * Each record is `LENGTH KEY=VALUE\n` with LENGTH counting itself. Owners, attributes and other times
 * are passed over, since bundles have none of their own; sparse maps are refused, since without
 * them the contents would come out wrong.
 */
import {decodeName, type Refuse} from './decode-name.js';

export interface PaxRecords {
	readonly path?: string;
	readonly target?: string;
	readonly size?: number;
	readonly mtime?: number;
}

const BLANK = 0x20;
const NEWLINE = 0x0a;
const MOST_DIGITS = 8;

export function readPaxRecords(body: Buffer, refuse: Refuse): PaxRecords {
	let records: PaxRecords = {};
	for (let at = 0; at < body.length;) {
		const length = recordLength(body, at, refuse);
		const record = body.subarray(at, at + length);
		const start = record.indexOf(BLANK) + 1;
		if (record.at(-1) !== NEWLINE) {
			refuse('a pax record that does not end its line');
		}
		const equals = record.indexOf('=', start);
		if (equals === -1) {
			refuse('a pax record without a value');
		}
		const key = decodeName(record.subarray(start, equals), refuse);
		records = {...records, ...interpret(key, record.subarray(equals + 1, -1), refuse)};
		at += length;
	}

	return records;
}

/** At least the shortest record, `5 a=\n`, and no more than there is. */
function recordLength(body: Buffer, at: number, refuse: Refuse): number {
	const digits =
		body
			.subarray(at, at + MOST_DIGITS + 1)
			.toString('latin1')
			.split(' ', 1)[0] ?? '';
	if (!/^[1-9][0-9]*$/u.test(digits) || digits.length > MOST_DIGITS) {
		return refuse('a pax record without a length');
	}

	const length = Number.parseInt(digits, 10);
	if (length < digits.length + 4 || at + length > body.length) {
		return refuse('a pax record with a wrong length');
	}

	return length;
}

function interpret(key: string, value: Buffer, refuse: Refuse): PaxRecords {
	if (key.startsWith('GNU.sparse.')) {
		refuse('a sparse file');
	}
	switch (key) {
		case 'path':
			return {path: decodeName(value, refuse)};
		case 'linkpath':
			return {target: decodeName(value, refuse)};
		case 'size':
			return {size: decimal(value, refuse)};
		case 'mtime':
			return {mtime: wholeSeconds(value, refuse)};
		default:
			return {};
	}
}

function decimal(value: Buffer, refuse: Refuse): number {
	const digits = value.toString('latin1');
	const number = /^[0-9]{1,16}$/u.test(digits) ? Number.parseInt(digits, 10) : Infinity;
	return number <= Number.MAX_SAFE_INTEGER ? number : refuse('a pax size that is absurd');
}

/** A time may have a fraction, which no bundle has; times before 1970 neither. */
function wholeSeconds(value: Buffer, refuse: Refuse): number {
	const digits = /^([0-9]{1,12})(\.[0-9]*)?$/u.exec(value.toString('latin1'))?.[1];
	return digits === undefined ? refuse('a pax time that is absurd') : Number.parseInt(digits, 10);
}
