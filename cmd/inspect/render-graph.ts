/** Draw the tree of objects, each expanded once, with the rule that found it and the totals. */
import {sanitise} from '../../lib/errors/sanitise.js';
import type {GraphEdge, ObjectGraph, ObjectNode} from '../../lib/inspect/object-graph.js';
import type {LaunchSpec} from '../../lib/launcher/launch-spec.js';
import type {EngineRecord, PackageRecord, ProgramRecord} from '../../lib/manifest/manifest.js';

export type InspectedThing =
	| {
			readonly kind: 'bundle';
			readonly name: string;
			readonly id: string;
			readonly packages: readonly PackageRecord[];
			readonly programs: readonly ProgramRecord[];
			readonly files: number;
			/** Of the programs in `bin/` and whatever else has a launcher. */
			readonly launches: readonly LaunchSpec[];
			readonly engine: EngineRecord;
	  }
	| {readonly kind: 'program' | 'object'; readonly name: string; readonly id: string};

export function renderGraph(thing: InspectedThing, graph: ObjectGraph, json: boolean): string {
	const nodes = [...graph.nodes.values()];
	const bytes = nodes.reduce((sum, {size}) => sum + (size ?? 0), 0);
	if (json) {
		const {roots, kernel, cpu, findings} = graph;
		return `${JSON.stringify({schema: 'dynpk-inspect/1', ...thing, roots, objects: nodes, bytes, kernel, cpu, findings})}\n`;
	}

	const shown = new Set<string>();
	const lines = graph.roots.flatMap(root => {
		const node = graph.nodes.get(root);
		shown.add(root);
		return node === undefined ? [] : [label(node, undefined), ...branches(graph, node, '', shown)];
	});
	return `${[...heading(thing), ...lines, ...totals(graph, nodes.length, bytes)].join('\n')}\n`;
}

function heading(thing: InspectedThing): string[] {
	if (thing.kind !== 'bundle') {
		return [];
	}

	return [
		`bundle ${sanitise(thing.name)}, id ${thing.id.slice(0, 16)}`,
		`programs: ${thing.programs.map(({name}) => sanitise(name)).join(', ')}`,
		`packages: ${thing.packages.map(({id, version}) => sanitise(`${id} ${version}`)).join(', ')}`,
		...strategyLines(thing.launches),
		sanitise(`paths seen by ${thing.engine.choice} (${thing.engine.reason})`),
		'',
	];
}

/** One line a way of starting, with the reason; the programs by number where they are many. */
function strategyLines(launches: readonly LaunchSpec[]): string[] {
	const ways = new Map<string, string[]>();
	for (const launch of launches) {
		if (launch.kind === 'loader') {
			const way = `${launch.strategy} (${launch.reason})`;
			const programs = ways.get(way) ?? [];
			programs.push(launch.launcher);
			ways.set(way, programs);
		}
	}

	return [...ways].map(([way, programs]) => {
		const [first = ''] = programs;
		const who = programs.length === 1 ? first : `${programs.length} programs`;
		return sanitise(`started by ${way}: ${who}`);
	});
}

function branches(
	graph: ObjectGraph,
	node: ObjectNode,
	indent: string,
	shown: Set<string>,
): string[] {
	return node.edges.flatMap((edge, index) => {
		const isLast = index === node.edges.length - 1;
		const to = edge.to === undefined ? undefined : graph.nodes.get(edge.to);
		const line = `${indent}${isLast ? '└── ' : '├── '}${label(to, edge)}`;
		if (to === undefined || shown.has(to.id)) {
			return [line];
		}

		shown.add(to.id);
		return [line, ...branches(graph, to, `${indent}${isLast ? '    ' : '│   '}`, shown)];
	});
}

function label(node: ObjectNode | undefined, edge: GraphEdge | undefined): string {
	const name = edge === undefined ? '' : `${sanitise(edge.name)} `;
	if (node === undefined) {
		return `${name}[${edge?.place ?? 'missing'}]`;
	}

	const place = edge === undefined ? '' : ` [${edge.place}]`;
	const size = node.size === undefined ? '' : ` ${(node.size / 1000).toFixed(0)} kB`;
	const owner = node.package === undefined ? '' : ` (${sanitise(node.package)})`;
	return `${name}${edge === undefined ? '' : '=> '}${sanitise(node.id)}${place}${size}${owner}`;
}

function totals(graph: ObjectGraph, objects: number, bytes: number): string[] {
	const needs = [
		...(graph.kernel === undefined ? [] : [`Linux ${graph.kernel} or newer`]),
		...(graph.cpu === undefined ? [] : [`a processor of level ${graph.cpu}`]),
	];
	const missing = [...graph.nodes.values()].flatMap(({edges}) =>
		edges.filter(({place}) => place === 'missing'),
	).length;
	return [
		'',
		`${objects} objects, ${(bytes / 1e6).toFixed(1)} MB${missing === 0 ? '' : `, ${missing} missing`}`,
		...(needs.length === 0 ? [] : [`needs ${needs.join(' and ')}`]),
		...graph.findings.map(({code, path, message}) => sanitise(`${code} ${path}: ${message}`)),
	];
}
