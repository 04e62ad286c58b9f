/**
 * Unpack an archive that may be hostile: everything in it, or nothing at all.
 *
 * Reading holds each entry to the rules and writing creates names only below directories of its own
 * making, so nothing is ever written outside; the destination appears when the last rule is met.
 */
import type {HostPath} from '../paths/paths.js';
import type {ArchiveEntry, FileDigests, WriteProgress} from './archive-entry.js';
import type {EntryLimits} from './checked-entries.js';
import {readArchive} from './read-archive.js';
import {writeDirectory} from './write-directory.js';

export interface ExtractRequest {
	readonly archive: HostPath;
	/** The name the top-level directory takes; must not exist. */
	readonly destination: HostPath;
	readonly limits?: EntryLimits | undefined;
	readonly signal?: AbortSignal | undefined;
	readonly onProgress?: ((progress: WriteProgress) => void) | undefined;
	/** Look at the tree before it is published; what this throws removes it. */
	readonly check?: ((extracted: ExtractedTree) => Promise<void>) | undefined;
}

export interface ExtractedTree {
	/** Where the tree lies while it is checked, and afterwards. */
	readonly directory: HostPath;
	/** The name of the top-level directory in the archive. */
	readonly name: string;
	/** Without contents; paths below the top-level directory, which itself is left out. */
	readonly entries: readonly ExtractedEntry[];
}

export interface ExtractedEntry {
	readonly path: string;
	readonly kind: ArchiveEntry['kind'];
	/** Of directories and files. */
	readonly mode: number | undefined;
	/** Of files, and of what was really written. */
	readonly size: number | undefined;
	readonly sha256: string | undefined;
	/** Of links; a hard link's is below the top-level directory too. */
	readonly target: string | undefined;
}

/** @throws {DynpkError} ARCHIVE_INVALID, OUTPUT_EXISTS, NO_SPACE, PERMISSION, INTERRUPTED */
export async function extractArchive(request: ExtractRequest): Promise<ExtractedTree> {
	const {archive, destination, limits, check, signal} = request;
	const seen: ExtractedEntry[] = [];
	let name = '';

	async function* remembered(): AsyncGenerator<ArchiveEntry, void, undefined> {
		for await (const entry of readArchive({archive, limits, signal})) {
			if (name === '') {
				name = entry.path;
			} else {
				seen.push(describeEntry(entry, name));
			}
			yield entry;
		}
	}

	const describe = (directory: HostPath, digests: FileDigests): ExtractedTree => ({
		directory,
		name,
		entries: seen.map(entry => ({...entry, ...digests.get(`${name}/${entry.path}`)})),
	});
	const written = await writeDirectory({
		entries: remembered(),
		output: destination,
		// Every entry of an archive has its own.
		mtime: 0,
		refusal: 'ARCHIVE_INVALID',
		limits,
		signal,
		onProgress: request.onProgress,
		onComplete: async ({output, digests}) => await check?.(describe(output, digests)),
	});
	return describe(destination, written.digests);
}

function describeEntry(entry: ArchiveEntry, name: string): ExtractedEntry {
	const below = (path: string): string => path.slice(name.length + 1);
	const path = below(entry.path);
	const unknown = {mode: undefined, size: undefined, sha256: undefined, target: undefined};
	switch (entry.kind) {
		case 'directory':
		case 'file':
			return {...unknown, path, kind: entry.kind, mode: entry.mode};
		case 'symlink':
			return {...unknown, path, kind: entry.kind, target: entry.target};
		case 'hardlink':
			return {...unknown, path, kind: entry.kind, target: below(entry.target)};
	}
}
