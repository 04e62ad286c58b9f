/**
 * The ELF files of a directory, links not followed: what is asked about that no program leads to, such as
 * an environment or what a wheel was unpacked to.
 */
import {readdirSync} from 'node:fs';
import {posix} from 'node:path';
import {architectureName} from '../elf/elf-machines.js';
import {openElf} from '../elf/open-elf.js';
import {DynpkError, faultFromErrno} from '../errors/dynpk-error.js';
import {comparePaths, sysrootPath, type HostPath} from '../paths/paths.js';
import type {LoadedFile} from '../requirements/requirements.js';

export interface ElfFiles {
	/** Of one machine: `architecture` where it has some, else of the first file's. */
	readonly files: readonly LoadedFile[];
	readonly architecture: string | undefined;
	/** Those of other machines, and those that are damaged or cannot be read. */
	readonly left: number;
}

/** @throws {DynpkError} PERMISSION or IO for a directory that cannot be read */
export function elfFilesBelow(top: HostPath, architecture: string): ElfFiles {
	const found: LoadedFile[] = [];
	let unreadable = 0;
	for (const path of regularFilesBelow(top)) {
		try {
			const opened = openElf(path, {isFile: true});
			if (opened.status === 'elf') {
				found.push({path: sysrootPath(path), object: opened.object});
			}
		} catch (error) {
			if (!(error instanceof DynpkError)) {
				throw error;
			}
			unreadable += 1;
		}
	}

	const names = new Set(found.map(({object}) => architectureName(object)));
	const chosen = names.has(architecture) ? architecture : [...names][0];
	const files = found.filter(({object}) => architectureName(object) === chosen);
	return {files, architecture: chosen, left: unreadable + found.length - files.length};
}

function* regularFilesBelow(top: HostPath): Generator<HostPath> {
	const pending = [top];
	for (const directory of pending) {
		for (const entry of entriesOf(directory)) {
			const path = posix.join(directory, entry.name) as HostPath;
			if (entry.isDirectory()) {
				pending.push(path);
			} else if (entry.isFile()) {
				yield path;
			}
		}
	}
}

function entriesOf(directory: HostPath): ReturnType<typeof readEntries> {
	try {
		return readEntries(directory);
	} catch (error) {
		throw faultFromErrno(error, `cannot read ${directory}`);
	}
}

function readEntries(directory: HostPath) {
	return readdirSync(directory, {withFileTypes: true}).sort((one, other) =>
		comparePaths(one.name, other.name),
	);
}
