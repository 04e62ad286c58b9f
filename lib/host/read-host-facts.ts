/**
 * Read what a host told of itself, and believe it only when it has the published form.
 *
 * It comes from another machine: its names and numbers are as hostile as any other file until the
 * schema has accepted them.
 */
import {DynpkError, errnoOf, faultFromErrno} from '../errors/dynpk-error.js';
import {readWholeFile} from '../paths/read-whole-file.js';
import {objectionToForm} from '../schema/check-form.js';
import {HOST_FACTS_LIMIT, type HostFacts} from './host-facts.js';

/** @throws {DynpkError} TARGET_NOT_FOUND, HOST_INVALID naming the first thing that is wrong; PERMISSION, IO */
export function readHostFacts(path: string): HostFacts {
	try {
		const read = readWholeFile(path, HOST_FACTS_LIMIT);
		if (read.status === 'read') {
			return parseHostFacts(read.bytes, path);
		}

		throw invalid(path, read.why);
	} catch (error) {
		if (errnoOf(error) === 'ENOENT') {
			throw new DynpkError('TARGET_NOT_FOUND', `there is no file ${path}`, {hint: HINT});
		}

		throw error instanceof DynpkError ? error : faultFromErrno(error, `cannot read ${path}`);
	}
}

/** @throws {DynpkError} HOST_INVALID; `name` is what the message calls the bytes */
export function parseHostFacts(bytes: Buffer, name: string): HostFacts {
	let value: unknown;
	try {
		value = JSON.parse(bytes.toString());
	} catch (cause) {
		throw invalid(name, 'it is no JSON, or not all of it', cause);
	}

	const objection = objectionToForm('host-v1', value);
	if (objection !== undefined) {
		throw invalid(name, objection);
	}

	// The schema is the type's twin; a test holds the two together.
	return value as HostFacts;
}

const HINT = 'on the host, a bundle makes one: NAME/libexec/dynpk/host --json > host.json';

function invalid(name: string, why: string, cause?: unknown): DynpkError {
	return new DynpkError('HOST_INVALID', `${name} does not tell of a host: ${why}`, {
		hint: HINT,
		...(cause === undefined ? {} : {cause}),
	});
}
