/** The name of a bundle: asked for, or that of its first target, and fit to be a file name. */
import {DynpkError} from '../errors/dynpk-error.js';
import type {Payload} from '../inputs/payload.js';

/** @throws {DynpkError} USAGE where there is none that could be one. */
export function bundleName(asked: string | undefined, payload: Payload): string {
	const own = [payload.name, ...payload.programs.map(({name}) => name)];
	const candidates = asked === undefined ? own : [asked];
	const name = candidates.find(isFileName);
	if (name === undefined) {
		throw new DynpkError('USAGE', `${candidates[0] ?? ''} cannot be the name of a bundle`, {
			hint: 'choose one with --name',
		});
	}

	return name;
}

function isFileName(name: string): boolean {
	return name !== '' && !/^\.|[/\u0000-\u001f\u007f]/u.test(name) && Buffer.byteLength(name) <= 200;
}
