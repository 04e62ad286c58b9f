/**
 * Where `dynpk run` unpacks archives: the places of `.run` files, by their rules (docs/cache.md).
 *
 * How large an archive is when it is unpacked is not known before; what it takes for certain, and what most take, is.
 */
import {existsSync, statfsSync} from 'node:fs';
import {totalmem} from 'node:os';
import {posix} from 'node:path';
import {hostPath, type HostPath} from '../paths/paths.js';
import type {CacheOffer} from '../run/locate-bundle.js';
import {cachePlaces, type CachePlace} from './cache-places.js';
import {networkOf} from './network-file-systems.js';

/** `/proc` is not asked: what a file system in memory is, the kernel's headers tell (linux/magic.h). */
const memoryTypes: readonly number[] = [0x01021994, 0x858458f6];
/** Of what there is, as for `.run` files. */
const SHARE_OF_MEMORY = 4;
/** Text and programs become so many times as large. */
const USUAL_GROWTH = 4;

/** The one that is asked for, alone; else those of this machine, and then those of the user on a network. */
export function unpackingPlaces(
	env: Readonly<Record<string, string | undefined>>,
	user: number,
	workingDirectory: string,
): readonly CacheOffer[] {
	const [first, ...others] = cachePlaces(env, user, workingDirectory);
	if (first?.source === '$DYNPK_CACHE') {
		return [{directory: first.path}];
	}

	const known = [first, ...others].flatMap(place =>
		place !== undefined && isThere(place) ? [place] : [],
	);
	const isOnNetwork = ({path}: CachePlace): boolean => networkOf(existingPart(path)) !== undefined;
	const isOwn = ({source}: CachePlace): boolean => OWN.includes(source);
	return [
		...known.filter(place => !isOnNetwork(place)),
		...known.filter(place => isOnNetwork(place) && isOwn(place)),
	].map(({path}) => ({directory: path, objection: size => objectionToRoom(path, size)}));
}

const OWN: readonly string[] = ['$HOME', '$XDG_CACHE_HOME'];

/** What a scheduler or an account names need not exist, and is not ours to make; caches may be. */
function isThere({path, source}: CachePlace): boolean {
	switch (source) {
		case '$XDG_CACHE_HOME':
			return true;
		case '$HOME':
			return existsSync(posix.dirname(posix.dirname(path)));
		default:
			return existsSync(posix.dirname(path));
	}
}

function existingPart(path: HostPath): HostPath {
	let part: string = path;
	while (!existsSync(part)) {
		part = posix.dirname(part);
	}

	return hostPath(part);
}

function objectionToRoom(path: HostPath, size: number): string | undefined {
	const {type, bavail, bsize} = statfsSync(existingPart(path));
	if (bavail * bsize < size) {
		return `${path} has too little room`;
	}
	return memoryTypes.includes(type >>> 0) && size * USUAL_GROWTH > memoryLimit() / SHARE_OF_MEMORY
		? `${path} lies in memory, and a quarter of what there is may not hold it`
		: undefined;
}

/** Bytes: what the machine has, or its control group leaves. */
function memoryLimit(): number {
	const limit = process.constrainedMemory();
	return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
