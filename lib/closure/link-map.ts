/**
 * What is mapped in one namespace, and which names it answers to.
 *
 * glibc (`_dl_map_object`, elf/dl-load.c): whatever an object was asked for as, the path it was
 * found at and its soname; the first object that has a name keeps it. musl (`load_library`,
 * ldso/dynlink.c): the file name of what was searched for, and nothing else. Both compare device
 * and inode before they map a file again.
 */
import {baseName} from '../paths/paths.js';
import type {LinkMapEntry} from '../loader/loader-search.js';

export interface LinkMap {
	/** Who answers to a name. */
	named(name: string): LinkMapEntry | undefined;
	/** Who came from a file. */
	fromFile(fileId: string): LinkMapEntry | undefined;
	/** Note that an object answers to the name it was asked for as. */
	addName(name: string, entry: LinkMapEntry): void;
	/** Note everything a newly mapped object answers to. */
	add(name: string, entry: LinkMapEntry): void;
	/** As `add`, for the main program: it is not known by its file (`__RTLD_OPENEXEC`). */
	addProgram(entry: LinkMapEntry): void;
}

export function makeLinkMap(libc: 'glibc' | 'musl'): LinkMap {
	const names = new Map<string, LinkMapEntry>();
	const files = new Map<string, LinkMapEntry>();

	function addIfNew(name: string | undefined, entry: LinkMapEntry): void {
		if (name !== undefined && !names.has(name)) {
			names.set(name, entry);
		}
	}

	function addName(name: string, entry: LinkMapEntry): void {
		if (libc === 'glibc') {
			addIfNew(name, entry);
		} else if (!name.includes('/')) {
			addIfNew(baseName(entry.path), entry);
		}
	}

	function add(name: string, entry: LinkMapEntry): void {
		files.set(entry.object.fileId, entry);
		addName(name, entry);
		if (libc === 'glibc') {
			addIfNew(entry.path, entry);
			addIfNew(entry.object.soname, entry);
		}
	}

	function addProgram(entry: LinkMapEntry): void {
		if (libc === 'glibc') {
			// The name of the main program's map is empty.
			addIfNew('', entry);
			addIfNew(entry.path, entry);
			addIfNew(entry.object.soname, entry);
		}
	}

	return {
		named: name => names.get(name),
		fromFile: fileId => files.get(fileId),
		addName,
		add,
		addProgram,
	};
}
