/**
 * Read a bundle's manifest and believe it only when it has the published form.
 *
 * A bundle comes from somewhere: its manifest is as hostile as any other file until the schema,
 * which also keeps every path inside the bundle, has accepted it.
 */
import {readFileSync, statSync, type Stats} from 'node:fs';
import {DynpkError, faultFromErrno} from '../errors/dynpk-error.js';
import {objectionToForm} from '../schema/check-form.js';
import {MANIFEST_NAME, type BundleManifest} from './manifest.js';

/** A million files at a few hundred bytes each. */
const MANIFEST_LIMIT = 512 << 20;

/** @throws {DynpkError} MANIFEST_INVALID naming the first thing that is wrong; PERMISSION, IO. */
export function readManifest(path: string): BundleManifest {
	let bytes: Buffer;
	try {
		const status = statSync(path, {throwIfNoEntry: false});
		const objection = objectionTo(status);
		if (objection !== undefined) {
			throw new DynpkError('MANIFEST_INVALID', `${path}: ${objection}`, {
				hint: `a bundle has a ${MANIFEST_NAME} at its top`,
			});
		}

		bytes = readFileSync(path);
	} catch (error) {
		throw error instanceof DynpkError ? error : faultFromErrno(error, `cannot read ${path}`);
	}

	return parseManifest(bytes, path);
}

function objectionTo(status: Stats | undefined): string | undefined {
	if (status === undefined) {
		return 'there is no such file';
	}

	if (!status.isFile()) {
		return 'it is not a regular file';
	}

	return status.size > MANIFEST_LIMIT ? `${status.size} bytes are too many` : undefined;
}

/** @throws {DynpkError} MANIFEST_INVALID; `name` is what the message calls the bytes. */
export function parseManifest(bytes: Buffer, name: string): BundleManifest {
	let value: unknown;
	try {
		value = JSON.parse(bytes.toString('utf8'));
	} catch (cause) {
		throw new DynpkError('MANIFEST_INVALID', `${name} is not JSON`, {cause});
	}

	const objection = objectionToForm('manifest-v1', value);
	if (objection !== undefined) {
		throw new DynpkError('MANIFEST_INVALID', `${name} is no manifest: ${objection}`);
	}

	// The schema is the type's twin; a test holds the two together.
	return value as BundleManifest;
}
