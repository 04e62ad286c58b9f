/** What the walk of a payload found: closures, loaders, and who asked for what. Types only. */
import type {Closure} from '../closure/closure.js';
import type {ElfObject} from '../elf/elf-object.js';
import type {PayloadFinding} from '../inputs/payload.js';
import type {LoaderFacts} from '../loader/loader-facts.js';
import type {LoaderSearch} from '../loader/loader-search.js';
import type {BundlePath, SysrootPath} from '../paths/paths.js';

export interface WalkedPayload {
	readonly roots: readonly WalkedRoot[];
	/** Dynamic programs, by path. */
	readonly programs: ReadonlyMap<SysrootPath, WalkedProgram>;
	/** The first is the bundle's main one. */
	readonly loaders: readonly WalkedLoader[];
	/** What a C library loads for users and hosts, whether anybody asks for it by name or not. */
	readonly nssModules: readonly NamedObject[];
	/** Real directories that the loaders search by themselves. */
	readonly libraryDirectories: ReadonlySet<string>;
	/** Objects of the payload, programs among them: the first path of each, by its file id. */
	readonly carried: ReadonlyMap<string, SysrootPath>;
	/** Where libraries were found, by the path as the search gave it. */
	readonly foundAt: ReadonlyMap<SysrootPath, FoundAt>;
	/** Directories of every run path that leads out of a bundle, in its order; by the object's file id. */
	readonly runDirectories: ReadonlyMap<string, readonly SysrootPath[]>;
	/** Programs whose loader opens a library by an absolute path, where no search of ours leads. */
	readonly byPath: ReadonlySet<SysrootPath>;
	/** The elements of the user's LD_LIBRARY_PATH, where something was found there. */
	readonly libraryPath: readonly string[];
	/** Who first asked for a library, by its file id, in words. */
	readonly requesters: ReadonlyMap<string, string>;
	/** Objects that convert between character sets, or may, by their file id. */
	readonly converting: ReadonlySet<string>;
	/** Needed names that the user left out, by the name or by the path that answered. */
	readonly excluded: ReadonlySet<string>;
	/** Objects that no loader of the bundle answers for. */
	readonly findings: readonly PayloadFinding[];
	/** Paths of objects whose missing libraries are an error, not a finding. */
	readonly required: ReadonlySet<SysrootPath>;
	/** Members of a directory or an installation: what cannot be loaded here need not be there. */
	readonly spare: ReadonlySet<SysrootPath>;
}

/** A name a library was found by and the file it leads to, both without links in their directories. */
export interface FoundAt {
	readonly name: SysrootPath;
	readonly file: SysrootPath;
}

/** One object whose closure was walked: a program, or an object that programs load. */
export interface WalkedRoot {
	readonly role: 'program' | 'object';
	readonly path: SysrootPath;
	readonly closure: Closure;
	/** Name of the flat directory of its kind of library: `lib` for the main one. */
	readonly libraryDirectory: BundlePath;
}

export interface WalkedProgram {
	readonly object: ElfObject;
	readonly closure: Closure;
	readonly loader: WalkedLoader;
}

export interface WalkedLoader {
	/** Without links. */
	readonly path: SysrootPath;
	readonly facts: LoaderFacts;
	/** The names of it in programs. */
	readonly interpreters: ReadonlySet<string>;
	readonly search: LoaderSearch;
	/** The same, and what the user brought along answers where it has nothing. */
	readonly fallback: LoaderSearch;
	/** Its place in the bundle. */
	readonly home: BundlePath;
	readonly libraryDirectory: BundlePath;
	/** Where dynpk's own files for programs of its machine lie. */
	readonly toolDirectory: BundlePath;
}

/** An object that is found by name, whoever needs it. */
export interface NamedObject {
	readonly object: ElfObject;
	readonly path: SysrootPath;
	readonly names: readonly string[];
	readonly libraryDirectory: BundlePath;
}
