/**
 * zstd, by the program of that name: it uses all cores, which no built-in one does.
 *
 * Its output comes back through us, so that a full disk is met by our own write and named as such.
 * A program that ends badly never counts as success, whatever it has written before. Where it is
 * missing, what this Node.js has of zstd takes its place.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import type {Duplex, Writable} from 'node:stream';
import {finished} from 'node:stream/promises';
import {DynpkError, errnoOf} from '../errors/dynpk-error.js';
import type {ByteSink} from './byte-sink.js';

/** Takes bytes at one end, gives others at the other, and says how it ended. */
interface Filter {
	readonly input: Writable;
	readonly output: AsyncIterable<Buffer>;
	/** Rejects unless the filter came to a good end. */
	readonly ended: Promise<void>;
	stop(): void;
}

/** The part of node:zlib that the type declarations of the oldest supported Node.js lack. */
interface ZstdOfZlib {
	readonly createZstdCompress?: (options: {params: Record<number, number>}) => Duplex;
}

/** ZSTD_c_compressionLevel of zstd.h. */
const COMPRESSION_LEVEL = 100;
/** How much of what a failing program says is kept. */
const LONGEST_COMPLAINT = 4096;

/** Compress everything on its way to `output`. The sink throws UNSUPPORTED_COMPRESSION where it cannot. */
export function compressExternally(output: ByteSink, level: number): ByteSink {
	let running: Promise<{readonly filter: Filter; readonly drained: Promise<void>}> | undefined;

	async function start(): Promise<{readonly filter: Filter; readonly drained: Promise<void>}> {
		const args = ['-T0', `-${level}`, '-q', '-c'];
		const filter = await startZstd(args, level);
		const drained = drain(filter, output);
		drained.catch(() => undefined);
		return {filter, drained};
	}

	return {
		async write(bytes) {
			const {filter, drained} = await (running ??= start());
			if (filter.input.write(bytes)) {
				return;
			}
			// A broken pipe never drains; why it broke, its other end says.
			const room = once(filter.input, 'drain').catch(() => endedTooEarly(filter, drained));
			await Promise.race([room, endedTooEarly(filter, drained)]);
		},
		async end() {
			const {filter, drained} = await (running ??= start());
			filter.input.end();
			await Promise.all([drained, filter.ended]);
			await output.end();
		},
		abort() {
			running?.then(({filter}) => filter.stop()).catch(() => undefined);
			output.abort();
		},
	};
}

/** Always throws: whoever waits for this still has something to write. */
async function endedTooEarly(filter: Filter, drained: Promise<void>): Promise<never> {
	await drained;
	await filter.ended;
	throw new DynpkError('IO', 'zstd failed: it ended before its input did');
}

async function drain(filter: Filter, output: ByteSink): Promise<void> {
	try {
		for await (const piece of filter.output) {
			await output.write(piece);
		}
	} catch (error) {
		filter.stop();
		throw error;
	}
}

async function startZstd(args: readonly string[], level: number): Promise<Filter> {
	try {
		return await startProgram(args);
	} catch (error) {
		const builtIn = process.getBuiltinModule('node:zlib') as ZstdOfZlib;
		const stream = builtIn.createZstdCompress?.({params: {[COMPRESSION_LEVEL]: level}});
		if (stream !== undefined) {
			return filterOf(stream);
		}
		if (errnoOf(error) !== 'ENOENT') {
			throw error;
		}
		throw new DynpkError('UNSUPPORTED_COMPRESSION', 'zstd is not installed here', {
			hint: 'install zstd, or use .tar.gz',
			cause: error,
		});
	}
}

async function startProgram(args: readonly string[]): Promise<Filter> {
	const child = spawn('zstd', args, {stdio: ['pipe', 'pipe', 'pipe']});
	const closed = once(child, 'close');
	closed.catch(() => undefined);
	await once(child, 'spawn');
	let complaint = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		complaint = (complaint + text).slice(0, LONGEST_COMPLAINT);
	});
	// EPIPE, which the exit status explains better.
	child.stdin.on('error', () => undefined);
	const ended = closed.then(([status, signal]: unknown[]) => {
		if (status === 0) {
			return;
		}
		const how = typeof status === 'number' ? `exit status ${status}` : String(signal);
		throw new DynpkError('IO', `zstd failed: ${how}`, {details: complaint.trim().split('\n')});
	});
	ended.catch(() => undefined);
	return {
		input: child.stdin,
		output: child.stdout as AsyncIterable<Buffer>,
		ended,
		stop: () => void child.kill(),
	};
}

function filterOf(stream: Duplex): Filter {
	const ended = finished(stream).catch((cause: unknown) => {
		const reason = cause instanceof Error ? cause.message : String(cause);
		throw new DynpkError('IO', `zstd failed: ${reason}`, {cause});
	});
	ended.catch(() => undefined);
	return {
		input: stream,
		output: stream as AsyncIterable<Buffer>,
		ended,
		stop: () => void stream.destroy(),
	};
}
