/**
 * The words of the loader: how a needed name became a file, and who asked first.
 *
 * Types only. `make-glibc-search.ts` and `make-musl-search.ts` answer `locate` as their loaders
 * would; a test may answer it from a Map.
 */
import type {ElfObject} from '../elf/elf-object.js';
import type {SysrootPath} from '../paths/paths.js';

/** The rule by which a name was answered. */
export type Place =
	| 'rpath'
	| 'ld-library-path'
	| 'runpath'
	| 'ld-so-cache'
	| 'default'
	/** Answered by what is mapped already, by name or by soname. */
	| 'link-map'
	/** The name holds a slash and is opened as it stands. */
	| 'name'
	/** The name is the loader's own, or musl's libc under one of its names. */
	| 'loader'
	/** `/etc/ld-musl-ARCH.path`, or musl's built-in list. */
	| 'musl-path'
	/** The program's PT_INTERP. */
	| 'interpreter'
	| 'dlopen-note'
	/** The C library opens it for a function that the requester imports. */
	| 'opened-by-libc'
	/** The requester is known to open it by itself. */
	| 'opened-by-library'
	| 'filter'
	| 'auxiliary'
	| 'audit'
	| 'package'
	/** The user handed it over: as a target, or by the option of this name. */
	| 'target'
	| 'with'
	| 'scan'
	| 'trace';

/** One object of the link map, as the loader would map it. */
export interface LinkMapEntry {
	readonly object: ElfObject;
	/** The name it was opened by (`l_name`): links of its last component kept. */
	readonly path: SysrootPath;
	/**
	 * Who asked for it first; its RPATH chain continues there. `undefined` for the program and for
	 * what is dlopened, where the chain ends (`__RTLD_CALLMAP` in elf/dl-load.c).
	 */
	readonly loader: LinkMapEntry | undefined;
	/** The program of the process, whose DT_RPATH counts for all; `undefined` for that itself. */
	readonly program: LinkMapEntry | undefined;
}

/** One file that was looked at and not taken, or the absence of it. */
export interface Searched {
	readonly place: Place;
	/** The directory as expanded, or the whole path for a name with a slash. */
	readonly path: string;
	/** Why not: `absent`, `wrong class`, `wrong machine`, `unreadable: …`, `unknown token`. */
	readonly why: string;
}

export interface Found {
	readonly status: 'found';
	readonly object: ElfObject;
	readonly path: SysrootPath;
	readonly place: Place;
	/** Candidates passed over before this one (another class, unreadable). */
	readonly passedOver: readonly Searched[];
	/** glibc-hwcaps variants beside it: packed too, so that the target's loader chooses. */
	readonly variants: readonly HwcapsVariant[];
}

export interface HwcapsVariant {
	/** Such as `x86-64-v3`. */
	readonly level: string;
	readonly object: ElfObject;
	readonly path: SysrootPath;
}

export interface Missing {
	readonly status: 'missing';
	readonly searched: readonly Searched[];
	/** Set where ld.so would stop dead at a file instead of searching on ("invalid ELF header"). */
	readonly fatal: {readonly path: SysrootPath; readonly reason: string} | undefined;
}

export interface LoaderSearch {
	/** By which rules a name is matched with what is mapped already. */
	readonly libc: 'glibc' | 'musl';
	/** The name with its dynamic string tokens replaced; `undefined` where the request is dropped. */
	expand(needed: string, requester: LinkMapEntry): string | undefined;
	/** Answer one needed name for one requester, as the loader would. */
	locate(needed: string, requester: LinkMapEntry): Found | Missing;
}
