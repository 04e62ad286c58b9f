/** Where each shared library lies in the bundle, and how programs find it there. Types only. */
import type {ElfObject} from '../elf/elf-object.js';
import type {BundlePath, SysrootPath} from '../paths/paths.js';

export interface PlacedLibrary {
	readonly object: ElfObject;
	/** Where it was found on the packing machine. */
	readonly source: SysrootPath;
	/** Where its bytes lie: below `root/`. */
	readonly home: BundlePath;
	/** Links to it that the payload does not have. */
	readonly aliases: readonly BundlePath[];
}

export interface LibraryPlacement {
	readonly libraries: readonly PlacedLibrary[];
	/** What the loader is to search for a program, in order; by the program's path. */
	readonly searches: ReadonlyMap<SysrootPath, readonly BundlePath[]>;
	/** Names that are found so and whose run path is to be switched off. */
	readonly switchedOff: readonly BundlePath[];
	/** Every name of every directory that is searched. */
	readonly names: readonly BundlePath[];
}
