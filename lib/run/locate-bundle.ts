/**
 * A bundle as the user names it → a directory its programs can be started in.
 *
 * A directory is used as it lies. An archive is unpacked into the first private cache that will do, unless one has
 * it, and stays there; where there is none, into a fresh private directory that has to be removed afterwards.
 */
import {statSync, type Stats} from 'node:fs';
import {extractArchive, type ExtractedTree} from '../archive/extract-archive.js';
import {removeTree} from '../archive/remove-tree.js';
import {DynpkError, errnoOf, faultFromErrno} from '../errors/dynpk-error.js';
import {hostPath, type HostPath} from '../paths/paths.js';
import {makeDirectoryIn, noTemporaryPlace} from './make-temporary-directory.js';
import {
	findPrivateDirectory,
	objectionToPrograms,
	preparePrivateChild,
	preparePrivateDirectory,
	type PrivateDirectory,
} from './private-place.js';
import {findUnpacked, unpackOnce} from './unpack-once.js';

export interface LocateRequest {
	readonly bundle: HostPath;
	/** Directories of dynpk's own, such as `~/.cache/dynpk`, in order of preference. */
	readonly caches: readonly CacheOffer[];
	/** Where a private directory may be made instead, in order of preference. */
	readonly temporary: readonly HostPath[];
	readonly check: (tree: ExtractedTree) => Promise<void>;
	readonly notice: (sentence: string) => void;
	/** Told of each cache that is used, or is not, and why. */
	readonly explain?: ((sentence: string) => void) | undefined;
	readonly signal?: AbortSignal | undefined;
	readonly onUnpack?: (() => void) | undefined;
}

export interface CacheOffer {
	readonly directory: HostPath;
	/** Why an archive of so many bytes is not to be unpacked there, as a clause that begins with its name. */
	readonly objection?: (size: number) => string | undefined;
}

export interface LocatedBundle {
	readonly directory: HostPath;
	/** Present when the directory is temporary: to be called when no program of it runs any more. */
	readonly remove: (() => void) | undefined;
}

/** @throws {DynpkError} TARGET_NOT_FOUND, ARCHIVE_INVALID, PERMISSION and what unpacking throws */
export async function locateBundle(request: LocateRequest): Promise<LocatedBundle> {
	if (isDirectory(request.bundle)) {
		return {directory: request.bundle, remove: undefined};
	}
	const objections: string[] = [];
	const cached = findInCaches(request) ?? (await unpackToFirstCache(request, objections));
	if (cached !== undefined) {
		request.explain?.(`using ${cached}`);
		return {directory: cached, remove: undefined};
	}
	return await unpackToTemporary(request, objections);
}

function isDirectory(bundle: HostPath): boolean {
	let status: Stats;
	try {
		status = statSync(bundle);
	} catch (error) {
		if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) {
			throw new DynpkError('TARGET_NOT_FOUND', `there is no bundle ${bundle}`, {cause: error});
		}

		throw faultFromErrno(error, `cannot read ${bundle}`);
	}

	// Looked at before anything opens it: a FIFO would wait for a writer.
	if (!status.isDirectory() && !status.isFile()) {
		throw new DynpkError('ARCHIVE_INVALID', `${bundle} is neither a directory nor a regular file`);
	}

	return status.isDirectory();
}

/** Of several, one that is not the first may have it: then the others are not asked for room. */
function findInCaches({bundle, caches}: LocateRequest): HostPath | undefined {
	for (const {directory} of caches.length > 1 ? caches : []) {
		const cache = findPrivateDirectory(directory)?.directory;
		const found = cache === undefined ? undefined : findUnpacked(bundle, cache);
		if (found !== undefined) {
			return found;
		}
	}

	return undefined;
}

async function unpackToFirstCache(
	request: LocateRequest,
	objections: string[],
): Promise<HostPath | undefined> {
	const {bundle, caches, explain} = request;
	const {size} = statSync(bundle);
	for (const offer of caches) {
		const unpacked = await unpackToCache(offer, size, request);
		if (unpacked.status === 'unpacked') {
			return unpacked.directory;
		}
		explain?.(unpacked.objection);
		objections.push(unpacked.objection);
	}

	return undefined;
}

type CacheOutcome =
	| {readonly status: 'unpacked'; readonly directory: HostPath}
	| {readonly status: 'refused'; readonly objection: string};

async function unpackToCache(
	offer: CacheOffer,
	size: number,
	{bundle, ...rest}: LocateRequest,
): Promise<CacheOutcome> {
	const refusal = offer.objection?.(size);
	if (refusal !== undefined) {
		return {status: 'refused', objection: refusal};
	}
	const {directory: cache, objection} = prepareCache(offer.directory);
	if (cache === undefined) {
		return {status: 'refused', objection};
	}

	try {
		return {status: 'unpacked', directory: await unpackOnce({archive: bundle, cache, ...rest})};
	} catch (error) {
		// A full home directory is everyday life on a cluster, and no reason not to run.
		if (!(error instanceof DynpkError) || error.code !== 'NO_SPACE') {
			throw error;
		}
		return {status: 'refused', objection: `${offer.directory} has no space left`};
	}
}

function prepareCache(cache: HostPath): PrivateDirectory {
	const prepared = preparePrivateDirectory(cache);
	if (prepared.directory === undefined) {
		return prepared;
	}

	const objection =
		preparePrivateChild(prepared.directory, 'bundles').objection ??
		objectionToPrograms(prepared.directory);
	return objection === undefined ? prepared : {directory: undefined, objection};
}

async function unpackToTemporary(
	{bundle, temporary, check, notice, signal, onUnpack}: LocateRequest,
	objections: string[],
): Promise<LocatedBundle> {
	let full: DynpkError | undefined;
	for (const parent of temporary) {
		const place = makeDirectoryIn(parent, objections);
		if (place === undefined) {
			continue;
		}

		const remove = (): void => removeTree(place);
		if (objections.length > 0) {
			notice(`${objections.join(', ')}; unpacking to ${place}, which is removed afterwards`);
		}

		try {
			onUnpack?.();
			const destination = hostPath(`${place}/bundle`);
			const {directory} = await extractArchive({archive: bundle, destination, check, signal});
			return {directory, remove};
		} catch (error) {
			remove();
			if (!(error instanceof DynpkError) || error.code !== 'NO_SPACE') {
				throw error;
			}

			// Another place may have more.
			full = error;
			objections.push(`${parent} has no space left`);
		}
	}

	throw full ?? noTemporaryPlace(objections);
}
