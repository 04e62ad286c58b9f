/** The file that would start an object on a machine of its own, if it is there and for that machine. */
import {machineName} from '../elf/elf-machines.js';
import type {ElfObject} from '../elf/elf-object.js';
import {isSameMachine} from '../elf/same-machine.js';
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';

export type FoundLoader =
	| {readonly status: 'found'; readonly path: SysrootPath; readonly real: SysrootPath}
	/** `reason` goes on from its path. */
	| {readonly status: 'missing'; readonly reason: string};

export function findLoader(interpreter: string, object: ElfObject, sysroot: Sysroot): FoundLoader {
	// A path that counts from wherever a program is started leads to no loader that we could know.
	const path = interpreter.startsWith('/') ? sysrootPath(interpreter) : undefined;
	const real = path && sysroot.realPath(path);
	if (path === undefined || real === undefined) {
		return {status: 'missing', reason: 'is not there'};
	}

	const answer = sysroot.elf(path);
	return answer.status === 'elf' && !isSameMachine(object, answer.object)
		? {
				status: 'missing',
				reason: `is for ${machineName(answer.object)} here, not ${machineName(object)}`,
			}
		: {status: 'found', path, real};
}
