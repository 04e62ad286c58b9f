/** What is unpacked here, as lines or as JSON (docs/cache.md). */
import type {CachedTree, Leftovers} from '../../lib/cache/read-place.js';
import {bytesOf} from '../../lib/cache/measure-tree.js';
import type {Survey} from '../../lib/cache/survey.js';
import type {Thing} from '../../lib/cache/make-room.js';
import {sanitise} from '../../lib/errors/sanitise.js';

type State = 'whole' | 'being unpacked' | 'unfinished';

/** Enough of an id to tell it from others. */
const DIGITS = 16;

export function renderList(surveys: readonly Survey[], isJson: boolean): string {
	return isJson ? `${JSON.stringify(asJson(surveys))}\n` : asText(surveys);
}

function asText(surveys: readonly Survey[]): string {
	const rows = surveys.flatMap(({path, trees, leftovers}) =>
		[...trees, ...leftovers].map(thing => [...cellsOf(thing), stateOf(thing), path]),
	);
	const totals = surveys
		.filter(({objections, trees}) => objections.length === 0 || trees.length > 0)
		.map(
			({path, source, network, trees, leftovers}) =>
				`${path}: ${countOf(trees.length)}, ${sizeOf([...trees, ...leftovers])} (by ${source}${network === undefined ? '' : `, on ${network}`})`,
		);
	const passedBy = surveys.flatMap(({objections}) => objections).map(why => `passed by: ${why}`);
	const lines = [...align(rows), ...totals, ...passedBy];
	return lines.length === 0
		? 'nothing is unpacked here\n'
		: lines.map(line => `${sanitise(line)}\n`).join('');
}

export function countOf(bundles: number): string {
	return `${bundles} ${bundles === 1 ? 'bundle' : 'bundles'}`;
}

export function sizeOf(things: readonly Thing[]): string {
	return megabytes(bytesOf(things));
}

export function megabytes(bytes: number): string {
	return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Id, name, size, last use. */
export function cellsOf(thing: Thing): readonly string[] {
	const {id, name, bytes} = thing;
	return [
		id?.slice(0, DIGITS) ?? '-',
		name ?? '-',
		megabytes(bytes),
		timeOf(thing).slice(0, '2000-01-01'.length),
	];
}

export function align(rows: readonly (readonly string[])[]): readonly string[] {
	const widths = rows.reduce<readonly number[]>(
		(known, row) => row.map((cell, at) => Math.max(cell.length, known[at] ?? 0)),
		[],
	);
	return rows.map(row =>
		row
			.map((cell, at) => cell.padEnd(widths[at] ?? 0))
			.join('  ')
			.trimEnd(),
	);
}

function isTree(thing: Thing): thing is Thing & CachedTree {
	return !('names' in (thing as Thing & Partial<Leftovers>));
}

function timeOf(thing: Thing): string {
	return new Date(isTree(thing) ? thing.lastUse : thing.changed).toISOString();
}

function stateOf(thing: Thing): State {
	if (isTree(thing)) {
		return 'whole';
	}
	return 'isBeingMade' in thing && thing.isBeingMade ? 'being unpacked' : 'unfinished';
}

function asJson(surveys: readonly Survey[]): unknown {
	const places = surveys.map(({path, source, network, trees, leftovers, objections}) => ({
		path,
		source,
		network: network ?? null,
		bytes: bytesOf([...trees, ...leftovers]),
		entries: [...trees, ...leftovers].map(thing => ({
			layout: thing.layout,
			id: thing.id ?? null,
			name: thing.name ?? null,
			state: stateOf(thing),
			bytes: thing.bytes,
			lastUse: timeOf(thing),
			paths: isTree(thing) ? [thing.path] : thing.names.map(name => `${thing.directory}/${name}`),
		})),
		passedBy: objections,
	}));
	return {schema: 'dynpk-cache/1', places};
}
