/** The graph of a closure that was just walked. */
import type {Closure} from '../closure/closure.js';
import {loadingFindings} from '../closure/loading-findings.js';
import {objectsOf} from '../closure/objects-of.js';
import type {LinkMapEntry} from '../loader/loader-search.js';
import type {SysrootPath} from '../paths/paths.js';
import {cpuLevel, newestKernel} from '../manifest/requirements.js';
import type {GraphEdge, ObjectGraph, ObjectNode} from './object-graph.js';

export function graphOfClosure(
	closure: Closure,
	packageOf: (path: SysrootPath) => string | undefined,
): ObjectGraph {
	const edges = new Map<LinkMapEntry, GraphEdge[]>();
	const add = (from: LinkMapEntry, edge: GraphEdge): void => {
		const known = edges.get(from) ?? [];
		known.push(edge);
		edges.set(from, known);
	};

	for (const {from, to, needed, place} of closure.edges) {
		add(from, {name: needed, place, to: to.path});
	}

	for (const {by, needed} of closure.unresolved) {
		add(by, {name: needed, place: 'missing', to: undefined});
	}

	const entries = objectsOf(closure);
	const nodes = entries.map((entry): ObjectNode => {
		const {object, path} = entry;
		const owner = packageOf(path);
		return {
			id: path,
			soname: object.soname,
			size: object.size,
			package: owner,
			edges: edges.get(entry) ?? [],
		};
	});
	const kernels = entries.flatMap(({object}) =>
		object.abiTag?.os === 'linux' ? [object.abiTag.version.join('.')] : [],
	);
	const isa = entries.reduce((mask, {object}) => mask | object.isaNeeded, 0);
	return {
		roots: nodes.slice(0, 1).map(({id}) => id),
		nodes: new Map(nodes.map(node => [node.id, node])),
		kernel: newestKernel(kernels),
		cpu: cpuLevel(isa),
		findings: loadingFindings([closure], []),
	};
}
