/** A bundle, or a program of one, as a target: it is what packing makes, and is named instead. */
import {posix} from 'node:path';
import {findRunHead, RUNNER_LIMIT} from '../archive/run-file/run-head.js';
import {DynpkError} from '../errors/dynpk-error.js';
import {parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {Target} from './target.js';

/** As deep as a program may lie in a bundle, with the path that it was packed at. */
const BUNDLE_DEPTH = 32;

/** @throws {DynpkError} NOT_A_PROGRAM, with the bundle */
export function refuseBundle(target: Target, sysroot: Sysroot): void {
	if (!('path' in target)) {
		return;
	}

	const {path} = target;
	const real = sysroot.realPath(path) ?? path;
	refuseRunFile(path, real, sysroot);
	let directory = real;
	for (let depth = 0; depth < BUNDLE_DEPTH && directory !== '/'; depth++) {
		const has = (name: string): boolean =>
			sysroot.status(sysrootPath(posix.join(directory, name))) !== undefined;
		if (has('dynpk.json') && has('libexec/dynpk')) {
			throw new DynpkError('NOT_A_PROGRAM', `${path} belongs to the bundle ${directory}`, {
				details: ['it finds everything in there, and starts wherever that is copied to'],
				hint: `copy ${directory}, or pack ${originalOf(real, directory, sysroot) ?? 'the program that it was made from, by its path'}`,
			});
		}

		directory = parentOf(directory);
	}
}

function refuseRunFile(path: SysrootPath, real: SysrootPath, sysroot: Sysroot): void {
	const answer = sysroot.elf(real);
	const isStatic = answer.status === 'elf' && answer.object.interpreter === undefined;
	const start = isStatic ? sysroot.read(real, RUNNER_LIMIT) : undefined;
	if (start !== undefined && findRunHead(start) !== undefined) {
		throw new DynpkError('NOT_A_PROGRAM', `${path} is a bundle in one file`, {
			details: ['it brings everything, and starts wherever it is copied to'],
			hint: `copy ${path}, or pack the program that it was made from, by its path`,
		});
	}
}

/** What a file of a bundle was packed from, where that is still here. */
function originalOf(file: SysrootPath, bundle: SysrootPath, sysroot: Sysroot): string | undefined {
	const [, path] = file.split(`${bundle}/root`, 2);
	const isHere = path?.startsWith('/') === true && sysroot.status(sysrootPath(path)) !== undefined;
	return isHere ? path : undefined;
}
