/**
 * Write a manifest so that equal manifests are equal bytes, and name a bundle by their hash.
 */
import {createHash} from 'node:crypto';
import type {BundleManifest} from './manifest.js';

/** JSON with sorted keys, one record a line so that two bundles can be compared with diff(1). */
export function encodeManifest(manifest: BundleManifest): Buffer {
	const fields = Object.entries(manifest)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([key, value]) => `${JSON.stringify(key)}: ${encodeField(value)}`);
	return Buffer.from(`{\n${fields.join(',\n')}\n}\n`);
}

/** The bundle's id: the SHA-256 of its manifest, in lower-case hexadecimal. */
export function bundleId(encoded: Buffer): string {
	return createHash('sha256').update(encoded).digest('hex');
}

function encodeField(value: unknown): string {
	if (!Array.isArray(value)) {
		return canonicalJson(value);
	}

	return value.length === 0 ? '[]' : `[\n${value.map(item => canonicalJson(item)).join(',\n')}\n]`;
}

function canonicalJson(value: unknown): string {
	return JSON.stringify(value, (_key, inner: unknown) =>
		isRecord(inner)
			? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
			: inner,
	);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
