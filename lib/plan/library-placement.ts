/** Where each shared library lies in the bundle, and the names it answers to there. Types only. */
import type {ElfObject} from '../elf/elf-object.js';
import type {BundlePath, SysrootPath} from '../paths/paths.js';

export interface PlacedLibrary {
	readonly object: ElfObject;
	/** Where it was found on the packing machine. */
	readonly source: SysrootPath;
	/** Where its bytes lie. */
	readonly home: BundlePath;
	/** Links to it, from the directories the loader searches. */
	readonly aliases: readonly BundlePath[];
}

export interface LibraryPlacement {
	readonly libraries: readonly PlacedLibrary[];
	/** Directories to be searched ahead of the flat one, by program. */
	readonly privateDirectories: ReadonlyMap<SysrootPath, BundlePath>;
}
