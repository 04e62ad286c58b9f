/** Why is this in? The shortest chain of requests that leads to an object. */
import {posix} from 'node:path';
import type {GraphEdge, ObjectGraph} from './object-graph.js';

export interface Step {
	/** Node id of who asks. */
	readonly from: string;
	readonly edge: GraphEdge;
}

/** For each object that answers to `name` (a soname, a needed name or a path), how it is reached. */
export function explain(graph: ObjectGraph, name: string): ReadonlyMap<string, readonly Step[]> {
	const reached = new Map<string, readonly Step[]>(graph.roots.map(id => [id, []]));
	const answers = new Map<string, readonly Step[]>();
	// A Map visits what is added while it is walked, which makes this breadth first.
	for (const [id, chain] of reached) {
		const node = graph.nodes.get(id);
		if (id === name || node?.soname === name || posix.basename(id) === name) {
			answers.set(id, chain);
		}

		for (const edge of node?.edges ?? []) {
			const longer = [...chain, {from: id, edge}];
			if (edge.to === undefined) {
				if (edge.name === name) {
					answers.set(`${name} (missing)`, longer);
				}
			} else {
				if (edge.name === name && !answers.has(edge.to)) {
					answers.set(edge.to, longer);
				}

				if (!reached.has(edge.to)) {
					reached.set(edge.to, longer);
				}
			}
		}
	}

	return answers;
}
