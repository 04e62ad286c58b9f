/**
 * Read a bundle's manifest and believe it only when it has the published form.
 *
 * A bundle comes from somewhere: its manifest is as hostile as any other file until the schema,
 * which also keeps every path inside the bundle, has accepted it.
 */
import {DynpkError, errnoOf, faultFromErrno} from '../errors/dynpk-error.js';
import {readWholeFile} from '../paths/read-whole-file.js';
import {objectionToForm} from '../schema/check-form.js';
import {MANIFEST_LIMIT, MANIFEST_NAME, type BundleManifest} from './manifest.js';

/** @throws {DynpkError} MANIFEST_INVALID naming the first thing that is wrong; PERMISSION, IO. */
export function readManifest(path: string): BundleManifest {
	try {
		const read = readWholeFile(path, MANIFEST_LIMIT);
		if (read.status === 'read') {
			return parseManifest(read.bytes, path);
		}

		throw noManifest(path, read.why);
	} catch (error) {
		if (errnoOf(error) === 'ENOENT') {
			throw noManifest(path, 'there is no such file');
		}

		throw error instanceof DynpkError ? error : faultFromErrno(error, `cannot read ${path}`);
	}
}

function noManifest(path: string, why: string): DynpkError {
	return new DynpkError('MANIFEST_INVALID', `${path}: ${why}`, {
		hint: `a bundle has a ${MANIFEST_NAME} at its top`,
	});
}

/** @throws {DynpkError} MANIFEST_INVALID; `name` is what the message calls the bytes. */
export function parseManifest(bytes: Buffer, name: string): BundleManifest {
	if (bytes.length > MANIFEST_LIMIT || isDense(bytes)) {
		throw new DynpkError('MANIFEST_INVALID', `${name} is too large for a manifest`);
	}

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

/** Whatever it says, that much fits into memory. */
const SMALL = 4 << 20;
const MOST_VALUES = 1 << 25;
const MOST_FIELDS = 1 << 23;
const MOST_RECORDS = 1 << 22;

const [COMMA, COLON, BRACE, BRACKET] = [...Buffer.from(',:{[')];

/** Whether values lie so close that they would take twenty times as much memory as their text. */
function isDense(bytes: Buffer): boolean {
	let [values, fields, records] = [0, 0, 0];
	for (let at = 0; bytes.length > SMALL && at < bytes.length; at++) {
		const byte = bytes[at];
		if (byte === COMMA) {
			values++;
		} else if (byte === COLON) {
			fields++;
		} else if (byte === BRACE || byte === BRACKET) {
			records++;
		}
	}

	return values > MOST_VALUES || fields > MOST_FIELDS || records > MOST_RECORDS;
}
