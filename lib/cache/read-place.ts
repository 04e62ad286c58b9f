/**
 * A place → the trees in it, and what is unfinished, of both layouts (docs/cache.md).
 *
 * `runs/` is that of `.run` files: `ID`, `ID.INODE.state`, and what is made or removed as `ID.lock`,
 * `ID.new-…`, `ID.old-…`, `ID.gone-…`. `bundles/` is that of `dynpk run ARCHIVE`: `SHA256`,
 * `SHA256.INODE.json` with `….names`, and unfinished names that tell their makers.
 */
import {lstatSync, readdirSync, type Stats} from 'node:fs';
import {hostPath, type HostPath} from '../paths/paths.js';
import {isUnfinishedName} from '../run/leftovers.js';
import {findPrivateDirectory} from '../run/private-place.js';

export type Layout = 'runs' | 'bundles';

interface Lying {
	readonly layout: Layout;
	/** What it lies in. */
	readonly directory: HostPath;
}

export interface CachedTree extends Lying {
	/** Of the bundle in `runs/`, of its archive in `bundles/`: 64 digits. */
	readonly id: string;
	readonly path: HostPath;
	readonly inode: number;
	/** The file that tells what it looked like, whose time is that of its last use; other files of this state. */
	readonly state: string | undefined;
	readonly more: readonly string[];
	readonly lastUse: number;
}

/** In `runs/` all of one id, in `bundles/` one name. */
export interface Leftovers extends Lying {
	readonly id: string | undefined;
	readonly names: readonly string[];
}

export interface PlaceContents {
	readonly trees: readonly CachedTree[];
	readonly leftovers: readonly Leftovers[];
}

/** `objection` says of a directory in the place why it is passed by. */
export function readPlace(place: HostPath, objection: (sentence: string) => void): PlaceContents {
	const trees: CachedTree[] = [];
	const leftovers: Leftovers[] = [];
	for (const layout of ['runs', 'bundles'] as const) {
		const found = findPrivateDirectory(hostPath(`${place}/${layout}`));
		if (found?.directory === undefined) {
			if (found !== undefined) {
				objection(found.objection);
			}
			continue;
		}

		const {directory} = found;
		const names = readdirSync(directory).sort();
		const present = treesOf({layout, directory}, names);
		trees.push(...present);
		leftovers.push(...leftoversOf({layout, directory}, names, present));
	}

	return {trees, leftovers};
}

function treesOf(lying: Lying, names: readonly string[]): readonly CachedTree[] {
	return names.flatMap(name => {
		const path = hostPath(`${lying.directory}/${name}`);
		const top = /^[0-9a-f]{64}$/u.test(name) ? statusOf(path) : undefined;
		if (top?.isDirectory() !== true) {
			return [];
		}

		const expected = stateName(lying.layout, name, top.ino);
		const status = statusOf(hostPath(`${lying.directory}/${expected}`));
		return [
			{
				...lying,
				id: name,
				path,
				inode: top.ino,
				state: status === undefined ? undefined : expected,
				more: names.filter(other => other === `${expected}.names`),
				// Without a state the next start writes it anew; publishing has changed the top.
				lastUse: status?.mtimeMs ?? top.ctimeMs,
			},
		];
	});
}

/** What lies beside the tree whose top has this inode. */
export function stateName(layout: Layout, id: string, inode: number): string {
	return `${id}.${inode}.${layout === 'runs' ? 'state' : 'json'}`;
}

function leftoversOf(
	lying: Lying,
	names: readonly string[],
	trees: readonly CachedTree[],
): readonly Leftovers[] {
	const whole = new Set(trees.flatMap(({id, state, more}) => [id, state, ...more]));
	const unfinished = names.filter(name => !whole.has(name));
	if (lying.layout === 'bundles') {
		return unfinished.flatMap(name =>
			isUnfinishedName(name) || /^[0-9a-f]{64}\.\d+\.json/u.test(name)
				? [{...lying, id: undefined, names: [name]}]
				: [],
		);
	}

	const idOf = (name: string): string | undefined => /^[0-9a-f]{64}(?=\.|$)/u.exec(name)?.[0];
	return [...new Set(unfinished.map(idOf))].flatMap(id =>
		id === undefined ? [] : [{...lying, id, names: unfinished.filter(name => idOf(name) === id)}],
	);
}

export function statusOf(path: HostPath): Stats | undefined {
	return lstatSync(path, {throwIfNoEntry: false});
}
