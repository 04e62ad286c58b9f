/**
 * Let one of many processes unpack while the others wait for it, without a lock that can go stale.
 *
 * The sign of a holder is a listening socket: others connect to it and are told by the kernel when
 * it is gone, also when it was killed. Nobody waits by the clock. The name of the lock is a hard
 * link to that socket, so it is taken by link(2), which succeeds once. This only saves work: what
 * makes the result right is the rename in `unpack-once.ts`, so where sockets do not work (or on
 * another node of a network file system) everyone simply unpacks.
 */
import {randomBytes} from 'node:crypto';
import {
	closeSync,
	linkSync,
	lstatSync,
	mkdirSync,
	openSync,
	renameSync,
	unlinkSync,
	type BigIntStats,
} from 'node:fs';
import {once} from 'node:events';
import {connect, createServer, type Server, type Socket} from 'node:net';
import {errnoOf} from '../errors/dynpk-error.js';
import type {HostPath} from '../paths/paths.js';

export type Turn =
	| {readonly status: 'ours'; readonly release: () => void}
	/** Somebody else had it, and has let go by now; look again at what they did. */
	| {readonly status: 'over'}
	/** There is no way to take turns here. */
	| {readonly status: 'unavailable'};

export interface TurnRequest {
	/** A private directory. */
	readonly locks: HostPath;
	readonly name: string;
	readonly signal?: AbortSignal | undefined;
}

/** Take the turn, or wait until whoever has it is done or dead. */
export async function awaitTurn({locks, name, signal}: TurnRequest): Promise<Turn> {
	let directory: number | undefined;
	try {
		mkdirSync(locks, {recursive: true, mode: 0o700});
		directory = openSync(locks, 'r');
		// A socket's path has room for 107 bytes; this one is short however deep the cache lies.
		const throughDescriptor = `/proc/self/fd/${directory}`;
		const lock = `${locks}/${name}`;
		const holder = await waitForHolder({lock, address: `${throughDescriptor}/${name}`, signal});
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

interface Lock {
	readonly lock: string;
	readonly address: string;
	readonly signal: AbortSignal | undefined;
}

async function waitForHolder({lock, address, signal}: Lock): Promise<'none' | 'left'> {
	const before = lstatSync(lock, {throwIfNoEntry: false, bigint: true});
	if (before === undefined) {
		return 'none';
	}
	const socket = connect(address);
	try {
		await once(socket, 'connect', {signal});
		// It closes when the holder does, or when the kernel does that for it.
		const gone = once(socket, 'close', {signal});
		socket.resume();
		await gone;
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
	const aside = `${lock}.${randomName()}`;
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
	const own = randomName();
	const waiting = new Set<Socket>();
	const server = createServer(socket => {
		waiting.add(socket);
		socket.on('error', () => undefined).on('close', () => waiting.delete(socket));
	});
	server.listen(`${throughDescriptor}/${own}`);
	await once(server, 'listening');
	server.unref();
	try {
		linkSync(`${locks}/${own}`, lock);
		// The lock is another name of the same socket, and enough.
		unlinkSync(`${locks}/${own}`);
	} catch (error) {
		// This removes the socket's own name.
		server.close();
		if (errnoOf(error) === 'EEXIST') {
			return {status: 'over'};
		}
		throw error;
	}

	return {status: 'ours', release: () => release(server, waiting, lock)};
}

function release(server: Server, waiting: ReadonlySet<Socket>, lock: string): void {
	try {
		unlinkSync(lock);
	} catch {
		// Somebody took us for dead; the lock is theirs.
	}

	for (const socket of waiting) {
		socket.destroy();
	}
	server.close();
}

function randomName(): string {
	return randomBytes(8).toString('hex');
}
