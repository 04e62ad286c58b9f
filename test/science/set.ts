/**
 * What a scientist carries to a cluster, as data: how it is packed, and one job that shows that it works.
 *
 * A job is a script for the host's own shell, run in a writable directory that holds `inputs`. What it
 * says and what it leaves there must be the same here and on every foreign host.
 */
export interface ScienceSet {
	/** A word, for `make science SETS=…`. */
	readonly name: string;
	/** Debian's packages that have to be installed here. */
	readonly packages: readonly string[];
	/** What `dynpk pack` is told; relative names are those of `build`. */
	readonly pack: readonly string[];
	/** An option that `pack` itself has to name when the obvious command does not do. */
	readonly named?: readonly string[];
	/** A script for the shell here that makes what is packed, in an empty directory. */
	readonly build?: string;
	/** Where the programs that it makes lie, below that directory. */
	readonly path?: string;
	/** It hands its own path to a shell, make or a pattern as if it had no blank, here as there. */
	readonly needsPlainPath?: true;
	readonly inputs?: Readonly<Record<string, string>>;
	readonly run: string;
	readonly env?: Readonly<Record<string, string>>;
	/** Times of day, durations and the like: what this program makes differ from run to run, here too. */
	readonly varies?: readonly RegExp[];
}

export interface ScienceKind {
	readonly kind: string;
	readonly sets: readonly ScienceSet[];
}
