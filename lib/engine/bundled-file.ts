/** What a bundle holds, as far as it decides what its programs see. */
import type {BundlePath} from '../paths/paths.js';

/** What a manifest, or a plan, says of a file. */
export interface BundledFile {
	readonly path: BundlePath;
	readonly kind: 'directory' | 'file' | 'symlink' | 'hardlink';
	/** Of a symlink: its text. */
	readonly target?: string | undefined;
	readonly reason: string;
	/** A shared library where the loaders of a system look by themselves. */
	readonly isLibrary?: boolean | undefined;
	/**
	 * Of a library, whatever loads it: programs see it only where the host has none of that name, or
	 * never.
	 */
	readonly yields?: 'to-hosts' | 'always' | undefined;
}

export interface BundledLaunch {
	readonly kind: 'loader' | 'script' | 'static' | 'forward';
	readonly launcher: BundlePath;
	readonly program: BundlePath;
	/** Of kind `loader`. */
	readonly strategy?: string;
}
