/**
 * An installation that people carry and no package owns, as data: how it is made here, how it is packed, and
 * what it is to do there as here.
 *
 * The form is that of `make science`. A build is told by $BULLSEYE where an older Debian lies, to take a C library from.
 */
import type {ScienceSet} from '../science/set.js';

export interface PrefixJob extends ScienceSet {
	/** The home of who packs, below the directory of the build; by default nobody's. */
	readonly home?: string;
	/** The environment of conda that is active where it is packed, below that directory. */
	readonly active?: string;
}

export interface PrefixKind {
	readonly kind: string;
	readonly jobs: readonly PrefixJob[];
}
