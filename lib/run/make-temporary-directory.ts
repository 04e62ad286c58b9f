/** A fresh private directory that programs can run from. */
import {mkdtempSync, rmdirSync} from 'node:fs';
import {DynpkError, errnoOf} from '../errors/dynpk-error.js';
import {hostPath, type HostPath} from '../paths/paths.js';
import {objectionToPrograms} from './private-place.js';

/**
 * Make it in the first of `temporary` where programs can run; why others cannot serve is added to
 * `objections`.
 *
 * @throws {DynpkError} PERMISSION
 */
export function makeTemporaryDirectory(
	temporary: readonly HostPath[],
	objections: string[],
): HostPath {
	for (const parent of temporary) {
		const directory = makeDirectoryIn(parent, objections);
		if (directory !== undefined) {
			return directory;
		}
	}

	throw noTemporaryPlace(objections);
}

/** The same in one place; `undefined` where it cannot serve. */
export function makeDirectoryIn(parent: HostPath, objections: string[]): HostPath | undefined {
	try {
		const directory = hostPath(mkdtempSync(`${parent}/dynpk-`));
		const objection = objectionToPrograms(directory);
		if (objection === undefined) {
			return directory;
		}

		rmdirSync(directory);
		objections.push(objection.replace(directory, parent));
	} catch (error) {
		objections.push(`${parent} cannot be used (${errnoOf(error) ?? String(error)})`);
	}

	return undefined;
}

export function noTemporaryPlace(objections: readonly string[]): DynpkError {
	return new DynpkError('PERMISSION', 'there is no place here to unpack programs and run them', {
		details: objections,
		hint: 'set XDG_CACHE_HOME to a directory of yours that is not mounted noexec',
	});
}
