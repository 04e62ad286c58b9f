/**
 * A directory of ours to remember things in, which nobody else can have written to.
 *
 * It is opened once, without following a link, and asked by its descriptor whose it is; its files are
 * then reached through the descriptor (proc(5), `/proc/self/fd`), so no name is looked up twice. What
 * is remembered saves time and nothing more: without a directory, or where anything fails, there is
 * nothing remembered.
 */
import {randomBytes} from 'node:crypto';
import {
	closeSync,
	constants,
	fstatSync,
	lstatSync,
	mkdirSync,
	openSync,
	readdirSync,
	renameSync,
	unlinkSync,
	writeSync,
	type BigIntStats,
} from 'node:fs';
import {posix} from 'node:path';
import {errnoOf} from '../errors/dynpk-error.js';
import {holdingSignals} from '../errors/stop-signal.js';
import type {HostPath} from '../paths/paths.js';

/** Where the cache is: a directory of dynpk's own, and the name of the one in it for this purpose. */
export interface CachePlace {
	readonly top: HostPath;
	readonly name: string;
	/** How long ago, in nanoseconds, what is remembered must have changed last: {@link COARSEST_CLOCK}. */
	readonly settling: bigint;
}

/** A file system with a coarse clock could show the same times for a later change. */
export const COARSEST_CLOCK = 2_000_000_000n;

/** What `use` makes of a file in it; `undefined` where there is no file to be trusted. */
export function readCached<T>(
	place: CachePlace | undefined,
	file: string,
	use: (fd: number) => T | undefined,
): T | undefined {
	return place === undefined
		? undefined
		: unlessImpossible(() =>
				withPrivateDirectory(place, directory =>
					withDescriptor(`${directory}/${file}`, FILE, fd =>
						isOurs(fstatSync(fd, {bigint: true}), 'file') ? use(fd) : undefined,
					),
				),
			);
}

/**
 * Put a file in its place, as a whole, if that is possible.
 *
 * `changed` is the youngest time, in nanoseconds, of what the contents were made from. How long ago that
 * is, the time of the new file tells: the clock of a file system is asked, and not ours.
 */
export function writeCached(
	place: CachePlace | undefined,
	file: string,
	changed: bigint,
	parts: () => readonly Uint8Array[],
): void {
	if (place !== undefined) {
		unlessImpossible(() => {
			makePrivateDirectory(place);
			withPrivateDirectory(place, directory =>
				holdingSignals(() => writeFile(directory, file, changed + place.settling, parts)),
			);
		});
	}
}

function writeFile(
	directory: string,
	file: string,
	notBefore: bigint,
	parts: () => readonly Uint8Array[],
): void {
	const name = `${directory}/${UNFINISHED}${randomBytes(12).toString('hex')}`;
	withDescriptor(name, NEW_FILE, fd => {
		try {
			const {mtimeNs} = fstatSync(fd, {bigint: true});
			const bytes = mtimeNs < notBefore ? undefined : Buffer.concat(parts());
			if (bytes !== undefined && bytes.length <= MOST_BYTES) {
				writeAll(fd, bytes);
				removeLeftovers(directory, mtimeNs);
				renameSync(name, `${directory}/${file}`);
			} else {
				unlinkSync(name);
			}
		} catch (error) {
			unlinkSync(name);
			throw error;
		}
	});
}

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

/** Of a file; a cache of ours has a bounded number of them. */
const MOST_BYTES = 1 << 25;

const UNFINISHED = '.new-';
const ABANDONED_AFTER = 3_600_000_000_000n;

/** Nothing that the system refuses is worth a word: what is not remembered is found out again. */
function unlessImpossible<T>(attempt: () => T): T | undefined {
	try {
		return attempt();
	} catch (error) {
		if (errnoOf(error) === undefined) {
			throw error;
		}

		return undefined;
	}
}

/** The directory above may be shared for reading; in this one nobody else has any business. */
function withPrivateDirectory<T>(
	{top, name}: CachePlace,
	use: (directory: string) => T,
): T | undefined {
	return withDescriptor(top, DIRECTORY, outer =>
		isOurs(fstatSync(outer, {bigint: true}), 'directory')
			? withDescriptor(`/proc/self/fd/${outer}/${name}`, DIRECTORY, inner => {
					const status = fstatSync(inner, {bigint: true});
					const isPrivate = isOurs(status, 'directory') && (status.mode & 0o077n) === 0n;
					return isPrivate ? use(`/proc/self/fd/${inner}`) : undefined;
				})
			: undefined,
	);
}

function withDescriptor<T>(path: string, flags: number, use: (fd: number) => T): T {
	const fd = openSync(path, flags, 0o600);
	try {
		return use(fd);
	} finally {
		closeSync(fd);
	}
}

function isOurs(status: BigIntStats, kind: 'file' | 'directory'): boolean {
	const fits = kind === 'file' ? status.isFile() : status.isDirectory();
	return fits && Number(status.uid) === process.geteuid?.() && (status.mode & 0o022n) === 0n;
}

/**
 * Not below a directory of somebody else, such as the home of who called sudo. Step by step: where
 * nothing can be made, as in /proc, Node's `recursive` tries for ever.
 */
function makePrivateDirectory({top, name}: CachePlace): void {
	const missing: string[] = [];
	let existing = posix.join(top, name);
	while (lstatSync(existing, {throwIfNoEntry: false}) === undefined) {
		missing.unshift(existing);
		existing = posix.dirname(existing);
	}

	if (lstatSync(existing).uid === process.geteuid?.()) {
		for (const directory of missing) {
			mkdirSync(directory, 0o700);
		}
	}
}

function writeAll(fd: number, bytes: Buffer): void {
	for (let written = 0; written < bytes.length;) {
		written += writeSync(fd, bytes, written);
	}
}

/** Of writers that were killed. */
function removeLeftovers(directory: string, now: bigint): void {
	for (const name of readdirSync(directory).filter(found => found.startsWith(UNFINISHED))) {
		const status = lstatSync(`${directory}/${name}`, {bigint: true, throwIfNoEntry: false});
		if (status !== undefined && now - status.mtimeNs > ABANDONED_AFTER) {
			unlinkSync(`${directory}/${name}`);
		}
	}
}
