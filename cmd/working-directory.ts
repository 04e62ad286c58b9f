/** The directory we were started in. */
import {DynpkError} from '../lib/errors/dynpk-error.js';

/** @throws {DynpkError} IO where it has been removed. */
export function workingDirectory(): string {
	try {
		return process.cwd();
	} catch (cause) {
		throw new DynpkError('IO', 'the working directory is not there any more', {
			hint: 'change to another one',
			cause,
		});
	}
}
