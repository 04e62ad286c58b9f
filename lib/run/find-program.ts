/**
 * A program's name → its launcher in the bundle.
 *
 * A name only: a path could lead anywhere, and what a bundle offers lies in its `bin/`.
 */
import {accessSync, constants, readdirSync, statSync, type Stats} from 'node:fs';
import {errnoOf, faultFromErrno} from '../errors/dynpk-error.js';
import {nearestNames} from '../errors/nearest-names.js';
import {hostPath, type HostPath} from '../paths/paths.js';
import type {ProgramOutcome} from './program-outcome.js';

export type FoundProgram =
	| {readonly kind: 'found'; readonly file: HostPath}
	| Extract<ProgramOutcome, {kind: 'not-started'}>;

const MOST_NAMES_SHOWN = 12;

export function findProgram(directory: HostPath, program: string): FoundProgram {
	const isName = program !== '' && program !== '.' && program !== '..' && !/[/\0]/u.test(program);
	const file = hostPath(`${directory}/bin/${isName ? program : '.'}`);
	const status = isName ? statusOf(file) : undefined;
	if (status === undefined) {
		const reason = `there is no program ${program} in ${directory}`;
		return {
			kind: 'not-started',
			status: 127,
			reason,
			...namesHint(directory, isName ? program : ''),
		};
	}

	if (!status.isFile()) {
		return {kind: 'not-started', status: 126, reason: `${file} is not a program`};
	}

	try {
		accessSync(file, constants.X_OK);
	} catch {
		const mayBeNoexec = (status.mode & 0o111) !== 0;
		return {
			kind: 'not-started',
			status: 126,
			reason: `${file} cannot be run${mayBeNoexec ? ': its file system is mounted noexec' : ''}`,
		};
	}

	return {kind: 'found', file};
}

/** A name longer than any file's, or one that leads to itself, names no program either. */
function statusOf(file: HostPath): Stats | undefined {
	try {
		return statSync(file, {throwIfNoEntry: false});
	} catch (error) {
		if (['ENAMETOOLONG', 'ELOOP'].includes(errnoOf(error) ?? '')) {
			return undefined;
		}

		throw faultFromErrno(error, `cannot look at ${file}`);
	}
}

function namesHint(directory: HostPath, program: string): {readonly hint?: string} {
	try {
		const names = readdirSync(`${directory}/bin`).sort();
		const shown = names.slice(0, MOST_NAMES_SHOWN).join(', ');
		const [meant] = nearestNames(program, names);
		const guess = meant === undefined ? '' : `did you mean ${meant}? `;
		return {hint: `${guess}it has ${shown}${names.length > MOST_NAMES_SHOWN ? ', …' : ''}`};
	} catch {
		return {};
	}
}
