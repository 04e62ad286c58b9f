/**
 * Write a manifest so that equal manifests are equal bytes, and name a bundle by their hash.
 *
 * It may tell of half a million files: their records are taken one by one, and the text is handed on in
 * pieces, so that of all these there is one form in memory and not four.
 */
import {createHash} from 'node:crypto';
import {DynpkError} from '../errors/dynpk-error.js';
import {MANIFEST_LIMIT, type BundleManifest, type FileRecord} from './manifest.js';

/** A manifest whose files are made as they are written. */
export type StreamedManifest = Omit<BundleManifest, 'files'> & {
	readonly files: Iterable<FileRecord>;
};

const PIECE_LENGTH = 64 << 10;

export function encodeManifest(manifest: BundleManifest): Buffer {
	return Buffer.concat(encodeManifestInPieces(manifest));
}

/**
 * JSON with sorted keys, one record a line so that two bundles can be compared with diff(1).
 *
 * @throws {DynpkError} FILE_TOO_LARGE for what would not be read again
 */
export function encodeManifestInPieces(
	manifest: StreamedManifest,
	limit = MANIFEST_LIMIT,
): readonly Buffer[] {
	const pieces: Buffer[] = [];
	let size = 0;
	let text = '';
	const handOn = (): void => {
		const piece = Buffer.from(text);
		text = '';
		size += piece.length;
		pieces.push(piece);
		if (size > limit) {
			throw new DynpkError(
				'FILE_TOO_LARGE',
				`${manifest.name}: the manifest of so many files is larger than ${limit} bytes`,
				{hint: 'pack them as several bundles'},
			);
		}
	};
	for (const part of textOf(manifest)) {
		text += part;
		if (text.length >= PIECE_LENGTH) {
			handOn();
		}
	}

	handOn();
	return pieces;
}

/** The bundle's id: the SHA-256 of its manifest, in lower-case hexadecimal. */
export function bundleId(encoded: Buffer): string {
	return createHash('sha256').update(encoded).digest('hex');
}

function* textOf(manifest: StreamedManifest): Generator<string, void, undefined> {
	const fields = Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1));
	let before = '{\n';
	for (const [key, value] of fields) {
		yield `${before}${JSON.stringify(key)}: `;
		yield* isList(value) ? textOfList(value) : [canonicalJson(value)];
		before = ',\n';
	}

	yield '\n}\n';
}

function* textOfList(values: Iterable<unknown>): Generator<string, void, undefined> {
	let before = '[\n';
	for (const value of values) {
		yield before + canonicalJson(value);
		before = ',\n';
	}

	yield before === '[\n' ? '[]' : '\n]';
}

function isList(value: unknown): value is Iterable<unknown> {
	return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

function canonicalJson(value: unknown): string {
	return JSON.stringify(withSortedKeys(value));
}

function withSortedKeys(value: unknown): unknown {
	if (Array.isArray(value)) {
		return value.map(withSortedKeys);
	}

	if (!isRecord(value)) {
		return value;
	}

	const keys = Object.keys(value).sort();
	return Object.fromEntries(keys.map(key => [key, withSortedKeys(value[key])]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
