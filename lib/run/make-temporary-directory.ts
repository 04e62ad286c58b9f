/** A fresh private directory that programs can run from. */
import {mkdtempSync} from 'node:fs';
import {removeTree} from '../archive/remove-tree.js';
import {DynpkError, errnoOf} from '../errors/dynpk-error.js';
import {hostPath, type HostPath} from '../paths/paths.js';
import {objectionToPrograms} from './private-place.js';
import {removeQuietly} from './remove-quietly.js';

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
	let directory: HostPath;
	try {
		directory = hostPath(mkdtempSync(`${parent}/dynpk-`));
	} catch (error) {
		objections.push(`${parent} cannot be used (${errnoOf(error) ?? String(error)})`);
		return undefined;
	}

	const objection = objectionToPrograms(directory);
	if (objection === undefined) {
		return directory;
	}

	objections.push(objection.replace(directory, parent));
	removeQuietly(
		() => removeTree(directory),
		sentence => objections.push(sentence),
	);
	return undefined;
}

export function noTemporaryPlace(objections: readonly string[]): DynpkError {
	return new DynpkError('PERMISSION', 'there is no place here to unpack programs and run them', {
		details: objections,
		hint: 'set XDG_CACHE_HOME to a directory of yours that is not mounted noexec',
	});
}
