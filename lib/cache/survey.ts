/** What is in the caches of the user: the trees of each place with their names and sizes, and what is unfinished. */
import {fstatSync} from 'node:fs';
import {errnoOf} from '../errors/dynpk-error.js';
import {hostPath, type HostPath} from '../paths/paths.js';
import {isAbandoned} from '../run/leftovers.js';
import {withPassingFile} from '../run/passing-file.js';
import {findPrivateDirectory} from '../run/private-place.js';
import {findBundleName} from './bundle-name.js';
import type {CachePlace} from './cache-places.js';
import {measureTrees, type Measure} from './measure-tree.js';
import {networkOf} from './network-file-systems.js';
import {readPlace, type CachedTree, type Leftovers} from './read-place.js';
import {SILENCE} from './watch-leftovers.js';

export interface SurveyedTree extends CachedTree, Measure {
	/** Of its manifest, where that can be read. */
	readonly name: string | undefined;
	readonly isOnNetwork: boolean;
}

export interface SurveyedLeftovers extends Leftovers, Measure {
	readonly name: string | undefined;
	/** As far as one look can tell. */
	readonly isBeingMade: boolean;
}

export interface Survey {
	readonly path: HostPath;
	readonly source: string;
	/** The file system, where other machines use it, too. */
	readonly network: string | undefined;
	/** By the clock of its file system, in milliseconds; `undefined` where nothing can be written. */
	readonly now: number | undefined;
	readonly trees: readonly SurveyedTree[];
	readonly leftovers: readonly SurveyedLeftovers[];
	/** What was passed by, and why: clauses that begin with a path. */
	readonly objections: readonly string[];
}

/** Of the places that are there. */
export function surveyPlaces(places: readonly CachePlace[]): readonly Survey[] {
	return places.flatMap(place => surveyPlace(place) ?? []);
}

function surveyPlace({path, source}: CachePlace): Survey | undefined {
	const found = findPrivateDirectory(path);
	if (found === undefined) {
		return undefined;
	}

	const nothing = {path, source, network: undefined, now: undefined, trees: [], leftovers: []};
	if (found.directory === undefined) {
		return {...nothing, objections: [found.objection]};
	}

	const {directory} = found;
	const objections: string[] = [];
	try {
		const network = networkOf(directory);
		const now = timeOf(directory);
		const contents = readPlace(directory, sentence => objections.push(sentence));
		const trees = contents.trees.map(tree => ({
			...tree,
			...measureTrees([tree.path, ...besides(tree, [tree.state, ...tree.more])]),
			name: findBundleName([tree.path]),
			isOnNetwork: network !== undefined,
		}));
		const leftovers = contents.leftovers.map(left => surveyLeftovers(left, now));
		return {path: directory, source, network, now, trees, leftovers, objections};
	} catch (error) {
		const errno = errnoOf(error);
		if (errno === undefined) {
			throw error;
		}
		return {...nothing, objections: [`${directory} cannot be read (${errno})`]};
	}
}

/** That of a new file. */
function timeOf(directory: HostPath): number | undefined {
	try {
		return withPassingFile(directory, 0o600, clock => fstatSync(clock).mtimeMs);
	} catch (error) {
		if (errnoOf(error) === undefined) {
			throw error;
		}
		return undefined;
	}
}

function besides(
	{directory}: Pick<CachedTree, 'directory'>,
	names: readonly (string | undefined)[],
): readonly HostPath[] {
	return names.flatMap(name => (name === undefined ? [] : [hostPath(`${directory}/${name}`)]));
}

function surveyLeftovers(leftovers: Leftovers, now: number | undefined): SurveyedLeftovers {
	const paths = besides(leftovers, leftovers.names);
	const measure = measureTrees(paths);
	const name = findBundleName(paths.flatMap(path => [path, hostPath(`${path}/tree`)]));
	return {...leftovers, ...measure, name, isBeingMade: isBeingMade(leftovers, measure, now)};
}

function isBeingMade(
	{layout, names, directory}: Leftovers,
	{changed}: Measure,
	now: number | undefined,
): boolean {
	if (now === undefined) {
		return true;
	}
	return layout === 'runs'
		? now - changed < SILENCE
		: names.some(name => !isGone(`${directory}/${name}`, name, now));
}

function isGone(path: string, name: string, now: number): boolean {
	try {
		return isAbandoned(path, name, now);
	} catch (error) {
		if (errnoOf(error) === undefined) {
			throw error;
		}
		// It has gone meanwhile.
		return false;
	}
}
