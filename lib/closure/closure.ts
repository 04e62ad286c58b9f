/** The result of a walk: what a program maps, why, and what could not be found. Types only. */
import type {LinkMapEntry, Place, Searched} from '../loader/loader-search.js';

export interface Closure {
	/** In load order; the root itself comes first. */
	readonly linkMap: readonly LinkMapEntry[];
	/** Who asked for what, who answered, and by which rule. */
	readonly edges: readonly Edge[];
	/** A finding, not a fault: the plan decides whether it is fatal. */
	readonly unresolved: readonly Unresolved[];
}

export interface Edge {
	/** The name asked for. */
	readonly needed: string;
	readonly from: LinkMapEntry;
	readonly to: LinkMapEntry;
	readonly place: Place;
	/** Candidates passed over on the way. */
	readonly passedOver: readonly Searched[];
}

export interface Unresolved {
	readonly needed: string;
	readonly by: LinkMapEntry;
	readonly searched: readonly Searched[];
	/** Set where ld.so would refuse a file it found instead of searching on. */
	readonly fatal: {readonly path: string; readonly reason: string} | undefined;
	/** How the request was made: a missing `suggested` dlopen note is no error. */
	readonly severity: 'error' | 'warning' | 'note';
}
