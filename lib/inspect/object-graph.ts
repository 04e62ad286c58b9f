/**
 * Objects and who answers for whom, in one form for a program that was just resolved and for a
 * bundle that remembers how it was.
 */
import type {FindingRecord} from '../manifest/manifest.js';

export interface ObjectGraph {
	/** What the tree starts from, by node id. */
	readonly roots: readonly string[];
	readonly nodes: ReadonlyMap<string, ObjectNode>;
	/** The oldest kernel all of it runs on, such as `3.2.0`; `undefined` where nothing says. */
	readonly kernel: string | undefined;
	/** The x86-64 level all of it needs: `x86-64-v2` and so on; `undefined` for the baseline. */
	readonly cpu: string | undefined;
	/** What loads without a word and may go wrong then. */
	readonly findings: readonly FindingRecord[];
}

export interface ObjectNode {
	/** Its path: in the sysroot, or in the bundle. */
	readonly id: string;
	readonly soname: string | undefined;
	/** In bytes. */
	readonly size: number | undefined;
	readonly package: string | undefined;
	readonly edges: readonly GraphEdge[];
}

export interface GraphEdge {
	/** The name asked for. */
	readonly name: string;
	/** The rule by which it was found, or `missing`. */
	readonly place: string;
	/** Node id of what answers. */
	readonly to: string | undefined;
}
