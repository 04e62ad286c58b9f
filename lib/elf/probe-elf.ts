/** Read one file that may be ELF, such as any file of a tree. */
import type {HostPath} from '../paths/paths.js';
import type {ElfObject} from './elf-object.js';
import {openElf} from './open-elf.js';

/**
 * Read the headers of a file, or answer `undefined` where it is not ELF: without the magic, too
 * short for `e_ident`, or not a regular file.
 *
 * @throws {DynpkError} as `openElf` does, for a file that has the magic and is damaged.
 */
export function probeElf(path: HostPath): ElfObject | undefined {
	const opened = openElf(path);
	return opened.status === 'elf' ? opened.object : undefined;
}
