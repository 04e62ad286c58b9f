/** Releases of distributions, as data/distributions.json tells of them with its sources. */
import data from './data/distributions.json' with {type: 'json'};

export interface Distribution {
	/** Such as `debian-12`. */
	readonly id: string;
	readonly name: string;
	/** Those whose releases follow one another: `debian`, `el`. */
	readonly line: string;
	/** By family of nodes, the highest number; a family that is not there the release has not. */
	readonly nodes: ReadonlyMap<string, string>;
	/** Nodes without a number, whole. */
	readonly marks: ReadonlySet<string>;
	/** That of a first installation; `undefined` where nobody has told. */
	readonly kernel: string | undefined;
}

/** The oldest of a line first. */
export const distributions: readonly Distribution[] = data.distributions.map(row => ({
	id: row.id,
	name: row.name,
	line: row.family === 'el' ? 'el' : row.id.replace(/-[^-]*$|-\d.*$/u, ''),
	nodes: new Map(
		Object.entries(row.max_symbol_version).flatMap(([family, number]) =>
			typeof number === 'string' ? [[family, number] as const] : [],
		),
	),
	marks: new Set(
		Object.entries(row.markers).flatMap(([family, names]) =>
			(names as readonly string[]).map(name => `${family}_${name}`),
		),
	),
	kernel: row.kernel?.typical ?? undefined,
}));
