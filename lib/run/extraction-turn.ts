/**
 * Let one of many processes unpack while the others wait for it, without a lock that can go stale.
 *
 * The sign of a holder is a listening socket: others connect to it and are told by the kernel when
 * it is gone, also when it was killed. As long as it works it sends them a byte now and then: one that is
 * suspended does not, and loses its turn. Only the time between two bytes counts, by the clock of
 * who waits. The name of the lock is a hard
 * link to that socket, so it is taken by link(2), which succeeds once. This only saves work: what
 * makes the result right is the rename in `unpack-once.ts`, so where sockets do not work (or on
 * another node of a network file system) everyone simply unpacks.
 */
import {
	closeSync,
	linkSync,
	lstatSync,
	openSync,
	renameSync,
	unlinkSync,
	type BigIntStats,
} from 'node:fs';
import {once} from 'node:events';
import {connect, createServer, type Server, type Socket} from 'node:net';
import {errnoOf} from '../errors/dynpk-error.js';
import type {HostPath} from '../paths/paths.js';
import {unfinishedName} from './leftovers.js';
import {preparePrivateChild} from './private-place.js';

export type Turn =
	| {readonly status: 'ours'; readonly release: () => void}
	/** Somebody else had it, and has let go by now; look again at what they did. */
	| {readonly status: 'over'}
	/** There is no way to take turns here. */
	| {readonly status: 'unavailable'};

export interface TurnRequest {
	/** A private directory; locks lie in one of its own in it. */
	readonly cache: HostPath;
	readonly name: string;
	/** How long, in milliseconds, a holder may give no sign. */
	readonly patience?: number;
	readonly signal?: AbortSignal | undefined;
}

/** Take the turn, or wait until whoever has it is done or dead. */
export async function awaitTurn({
	cache,
	name,
	signal,
	patience = PATIENCE,
}: TurnRequest): Promise<Turn> {
	const {directory: locks} = preparePrivateChild(cache, 'locks');
	let directory: number | undefined;
	try {
		if (locks === undefined) {
			return {status: 'unavailable'};
		}

		directory = openSync(locks, 'r');
		// A socket's path has room for 107 bytes; this one is short however deep the cache lies.
		const throughDescriptor = `/proc/self/fd/${directory}`;
		const lock = `${locks}/${name}`;
		const address = `${throughDescriptor}/${name}`;
		const holder = await waitForHolder({lock, address, signal, patience});
		if (holder === 'left') {
			return {status: 'over'};
		}
		return await takeLock({lock, locks, throughDescriptor});
	} catch {
		return {status: 'unavailable'};
	} finally {
		if (directory !== undefined) {
			closeSync(directory);
		}
	}
}

/** Between two signs of a holder. */
const BEAT = 1000;
/** A holder that reads and checks large files may be late. */
const PATIENCE = 15_000;

interface Lock {
	readonly lock: string;
	readonly address: string;
	readonly signal: AbortSignal | undefined;
	readonly patience: number;
}

async function waitForHolder({lock, address, signal, patience}: Lock): Promise<'none' | 'left'> {
	const before = lstatSync(lock, {throwIfNoEntry: false, bigint: true});
	if (before === undefined) {
		return 'none';
	}
	const socket = connect(address);
	try {
		await once(socket, 'connect', {signal});
		// It closes when the holder does, or when the kernel does that for it.
		const gone = once(socket, 'close', {signal});
		// The clock of a socket, which begins anew with each byte.
		socket.setTimeout(patience);
		const isSilent = once(socket, 'timeout', {signal}).then(() => true);
		isSilent.catch(() => undefined);
		socket.resume();
		if (await Promise.race([gone.then(() => false), isSilent])) {
			gone.catch(() => undefined);
			return removeStale(lock, before) ? 'none' : 'left';
		}

		return 'left';
	} catch (error) {
		const errno = errnoOf(error);
		if (errno === 'ENOENT' || errno === 'ECONNRESET') {
			return 'left';
		}
		// Nobody listens: its maker is dead, or on another machine.
		if (errno !== 'ECONNREFUSED') {
			throw error;
		}
		return removeStale(lock, before) ? 'none' : 'left';
	} finally {
		socket.destroy();
	}
}

/** Take the lock away under a name of our own, and give it back if it was not the dead one. */
function removeStale(lock: string, dead: BigIntStats): boolean {
	const aside = lock.replace(/[^/]*$/u, unfinishedName());
	try {
		renameSync(lock, aside);
	} catch (error) {
		if (errnoOf(error) === 'ENOENT') {
			return false;
		}
		throw error;
	}

	try {
		const taken = lstatSync(aside, {bigint: true});
		// An inode number alone may have been given to the next lock.
		const isDead = taken.ino === dead.ino && taken.mtimeNs === dead.mtimeNs;
		if (!isDead) {
			linkSync(aside, lock);
		}
		return isDead;
	} finally {
		unlinkSync(aside);
	}
}

interface LockPlace {
	readonly lock: string;
	readonly locks: HostPath;
	readonly throughDescriptor: string;
}

async function takeLock({lock, locks, throughDescriptor}: LockPlace): Promise<Turn> {
	const own = unfinishedName();
	const waiting = new Set<Socket>();
	const server = createServer(socket => {
		waiting.add(socket);
		socket.on('error', () => undefined).on('close', () => waiting.delete(socket));
	});
	server.listen(`${throughDescriptor}/${own}`);
	await once(server, 'listening');
	server.unref();
	const beat = setInterval(() => {
		for (const socket of waiting) {
			socket.write('.');
		}
	}, BEAT);
	beat.unref();
	try {
		linkSync(`${locks}/${own}`, lock);
		// The lock is another name of the same socket, and enough.
		unlinkSync(`${locks}/${own}`);
	} catch (error) {
		// This removes the socket's own name.
		server.close();
		clearInterval(beat);
		if (errnoOf(error) === 'EEXIST') {
			return {status: 'over'};
		}
		throw error;
	}

	const held = lstatSync(lock, {bigint: true});
	const releaseOwn = (): void => {
		clearInterval(beat);
		release({server, waiting, lock, held});
	};
	return {status: 'ours', release: releaseOwn};
}

interface Held {
	readonly server: Server;
	readonly waiting: ReadonlySet<Socket>;
	readonly lock: string;
	readonly held: BigIntStats;
}

function release({server, waiting, lock, held}: Held): void {
	// Somebody may have taken us for dead: then the lock is theirs.
	removeStale(lock, held);

	for (const socket of waiting) {
		socket.destroy();
	}
	server.close();
}
