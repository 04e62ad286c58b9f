/** The result of a walk: what a program maps, why, and what could not be found. Types only. */
import type {LinkMapEntry, Place, Searched} from '../loader/loader-search.js';

export interface Closure {
	/** What is mapped before the program starts, in load order; the root itself comes first. */
	readonly linkMap: readonly LinkMapEntry[];
	/**
	 * Mapped later, elsewhere or on other processors only: what dlopen notes name, auditors in
	 * their own namespaces, and what these and the variants need beyond the link map.
	 */
	readonly further: readonly LinkMapEntry[];
	/** Files that a better processor takes in the place of one of the above. */
	readonly variants: readonly Variant[];
	/** The loader that PT_INTERP names; in the link map only where something needs it. */
	readonly interpreter: LinkMapEntry | undefined;
	/** Who asked for what, who answered, and by which rule. */
	readonly edges: readonly Edge[];
	/** A finding, not a fault: the plan decides whether it is fatal. */
	readonly unresolved: readonly Unresolved[];
}

export interface Variant {
	/** The glibc-hwcaps subdirectory, such as `x86-64-v3`. */
	readonly level: string;
	readonly standsFor: LinkMapEntry;
	readonly entry: LinkMapEntry;
}

export interface Edge {
	/** The name asked for. */
	readonly needed: string;
	readonly from: LinkMapEntry;
	readonly to: LinkMapEntry;
	/** How it was asked for, unless by DT_NEEDED; then where it was found. */
	readonly place: Place;
	/** Where it was found, however it was asked for. */
	readonly foundBy: Place;
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
