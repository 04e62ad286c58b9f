/**
 * One `.note.dlopen` note: a JSON array of libraries an object may open (UAPI.12).
 *
 * The loader never reads it, so a damaged one does not make the object unusable: it is passed over
 * and named. What the specification leaves open is taken kindly, so that later versions of it do
 * not become errors: unknown keys are ignored and an unknown priority counts as the default one.
 */
import {isUtf8} from 'node:buffer';
import type {DlopenNote} from './elf-object.js';
import type {FileBytes} from './file-bytes.js';

const MAX_SIZE = 64 << 10;
const MAX_SONAMES = 256;
const priorities = ['required', 'recommended', 'suggested'] as const;

/** Decode one note; a string says why it is not one. */
export function decodeDlopenNote(
	file: FileBytes,
	note: {readonly offset: number; readonly size: number},
): readonly DlopenNote[] | string {
	if (note.size > MAX_SIZE) {
		return `has ${note.size} bytes, the limit is ${MAX_SIZE}`;
	}

	const {bytes, at} = file.at(note.offset, note.size, '.note.dlopen');
	const contents = bytes.subarray(at, at + note.size);
	const end = contents.indexOf(0);
	const text = end === -1 ? contents : contents.subarray(0, end);
	if (!isUtf8(text)) {
		return 'is not UTF-8';
	}

	const payload = parseJson(text.toString('utf8'));
	if (!Array.isArray(payload)) {
		return 'is not a JSON array';
	}

	const notes: DlopenNote[] = [];
	for (const element of payload as readonly unknown[]) {
		const decoded = decodeElement(element);
		if (typeof decoded === 'string') {
			return decoded;
		}

		notes.push(decoded);
	}

	return notes;
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function decodeElement(element: unknown): DlopenNote | string {
	if (typeof element !== 'object' || element === null) {
		return 'holds an element that is not an object';
	}

	const {soname, feature, description, priority} = element as Readonly<Record<string, unknown>>;
	if (!isSonames(soname)) {
		return 'holds an element without an array of sonames';
	}

	return Object.freeze({
		sonames: Object.freeze([...soname]),
		feature: typeof feature === 'string' ? feature : undefined,
		description: typeof description === 'string' ? description : undefined,
		priority: priorities.find(known => known === priority) ?? 'recommended',
	});
}

function isSonames(value: unknown): value is readonly string[] {
	return (
		Array.isArray(value) &&
		value.length > 0 &&
		value.length <= MAX_SONAMES &&
		value.every(name => typeof name === 'string' && name !== '' && !name.includes('\0'))
	);
}
