/** The name of a bundle: asked for, or that of its first program, and fit to be a file name. */
import {posix} from 'node:path';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import type {Payload} from '../../lib/inputs/payload.js';

export function bundleName(
	asked: string | undefined,
	payload: Payload,
	targets: readonly string[],
): string {
	const name =
		asked ?? payload.programs[0]?.name ?? posix.basename(targets[0] ?? '').replace(/^.*:/u, '');

	if (name === '' || /^\.|[/\u0000-\u001f\u007f]/u.test(name) || Buffer.byteLength(name) > 200) {
		throw new DynpkError('USAGE', `${name} cannot be the name of a bundle`, {
			hint: 'choose one with --name',
		});
	}

	return name;
}
