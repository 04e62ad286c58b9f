/** Tell, for each object that answers to a name, who asks for it, back to a root. */
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {sanitise} from '../../lib/errors/sanitise.js';
import {explain} from '../../lib/inspect/explain.js';
import type {ObjectGraph} from '../../lib/inspect/object-graph.js';

/** @throws {DynpkError} PATTERN_MATCHES_NOTHING when nothing answers to the name. */
export function renderWhy(graph: ObjectGraph, name: string, json: boolean): string {
	const answers = explain(graph, name);
	if (answers.size === 0) {
		throw new DynpkError('PATTERN_MATCHES_NOTHING', `nothing here is or asks for ${name}`);
	}

	const owner = (id: string): string => {
		const known = graph.nodes.get(id)?.package;
		return known === undefined ? '' : ` (${known})`;
	};
	if (json) {
		const chains = [...answers].map(([object, chain]) => ({
			object,
			package: graph.nodes.get(object)?.package,
			chain: chain.map(({from, edge}) => ({
				from,
				package: graph.nodes.get(from)?.package,
				...edge,
			})),
		}));
		return `${JSON.stringify({schema: 'dynpk-why/1', name, chains})}\n`;
	}

	const lines = [...answers].flatMap(([object, chain]) => [
		`${object}${owner(object)}`,
		...[...chain].reverse().map(({from, edge}) => {
			return `  asked for as ${edge.name} [${edge.place}] by ${from}${owner(from)}`;
		}),
	]);
	return `${lines.map(line => sanitise(line)).join('\n')}\n`;
}
