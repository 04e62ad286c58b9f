/** Read one file that must be ELF. */
import type {HostPath} from '../paths/paths.js';
import {DynpkError} from '../errors/dynpk-error.js';
import type {ElfObject} from './elf-object.js';
import {openElf} from './open-elf.js';

/**
 * Read the headers of an ELF file.
 *
 * @throws {DynpkError} ELF_INVALID also for a file without the magic, and as `openElf` does.
 */
export function readElf(path: HostPath): ElfObject {
	const opened = openElf(path);
	if (opened.status === 'not-elf') {
		throw new DynpkError('ELF_INVALID', `${path} ${opened.reason}`);
	}

	return opened.object;
}
