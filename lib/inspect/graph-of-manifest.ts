/** The graph a bundle's manifest remembers; nothing is resolved again. */
import {isLoadingFinding} from '../closure/loading-findings.js';
import type {BundleManifest} from '../manifest/manifest.js';
import {cpuLevel, newestKernel} from '../manifest/requirements.js';
import type {ObjectGraph, ObjectNode} from './object-graph.js';

export function graphOfManifest(manifest: BundleManifest): ObjectGraph {
	const files = new Map(manifest.files.map(file => [file.path, file]));
	const nodes = manifest.objects.map((object): ObjectNode => {
		const file = files.get(object.path);
		return {
			id: object.path,
			soname: object.soname,
			size: file?.size,
			package: file?.package,
			edges: object.needed.map(({name, place, to}) => ({name, place, to})),
		};
	});
	const answering = new Set(nodes.flatMap(node => node.edges.flatMap(({to}) => to ?? [])));
	return {
		roots: nodes.map(({id}) => id).filter(id => !answering.has(id)),
		nodes: new Map(nodes.map(node => [node.id, node])),
		kernel: newestKernel(manifest.objects.flatMap(({kernel}) => kernel ?? [])),
		cpu: cpuLevel(manifest.objects.reduce((mask, {isa}) => mask | (isa ?? 0), 0)),
		findings: manifest.findings.filter(isLoadingFinding),
	};
}
