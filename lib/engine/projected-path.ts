/**
 * One path that a packed program sees the bundle's file at.
 *
 * Pure data, the same for every engine: the shim's table is compiled from it, and the mounts of a
 * namespace can be.
 */
import type {BundlePath, SysrootPath} from '../paths/paths.js';

export type ProjectedPath = ProjectedDirectory | ProjectedFile | ProjectedLink;

interface Projected {
	readonly path: SysrootPath;
	/** Seen, with all that is below, only where the host has nothing of that name. */
	readonly isFallback?: boolean;
}

export interface ProjectedDirectory extends Projected {
	readonly kind: 'directory';
	/**
	 * `whole`: of the bundle alone, the host's directory of that name is not seen. `merged`: the
	 * bundle's entries come first, and all others are the host's.
	 */
	readonly extent: 'whole' | 'merged';
	/** More lies in it below `root/` than is seen, files beside launchers apart. */
	readonly holdsUnseen?: boolean;
}

export interface ProjectedFile extends Projected {
	readonly kind: 'file';
	/** Where the file itself lies when a launcher stands in its place. */
	readonly behind?: BundlePath | undefined;
	/** It is the other way round: the program stands in its place, and `behind` is its launcher. */
	readonly readsItself?: boolean;
	/** No namespace shows it: programs of the host share that, and must not load it. */
	readonly isLibrary: boolean;
	/** A link lies in its place, to what the bundle keeps outside `root/`. */
	readonly liesOutside?: boolean;
}

export interface ProjectedLink extends Projected {
	readonly kind: 'link';
	/** Its text. */
	readonly target: string;
	readonly isLibrary: boolean;
}
