/** The name of a bundle: asked for, or that of its output, or of its first target; fit to be a file name. */
import {DynpkError} from '../errors/dynpk-error.js';
import type {Payload} from '../inputs/payload.js';

export interface NamesAsked {
	/** By `--name`. */
	readonly name: string | undefined;
	/** Of the output, without its ending. */
	readonly output: string | undefined;
}

/** @throws {DynpkError} USAGE where there is none that could be one. */
export function bundleName(asked: NamesAsked, payload: Pick<Payload, 'name' | 'programs'>): string {
	const own = [payload.name, ...payload.programs.map(({name}) => name)];
	const outer = asked.output === undefined ? [] : [asked.output];
	const candidates = asked.name === undefined ? [...outer, ...own] : [asked.name];
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
