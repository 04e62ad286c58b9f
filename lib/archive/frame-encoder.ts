/**
 * zstd frames by dynpk's own encoders, a process for each processor.
 *
 * Jobs are answered in the order in which they come; which process has one, has no say in the
 * answer. How processes and we talk is told in wrappers/encoder/encode.c.
 */
import {spawn, type ChildProcessByStdio} from 'node:child_process';
import {once} from 'node:events';
import {availableParallelism} from 'node:os';
import type {Readable, Writable} from 'node:stream';
import {DynpkError, faultFromErrno} from '../errors/dynpk-error.js';
import type {HostPath} from '../paths/paths.js';

export interface FrameEncoder {
	/** How many jobs are worth giving at a time. */
	readonly width: number;
	/** The bytes must not change until it is settled. @throws {DynpkError} IO */
	readonly encode: (bytes: Buffer) => Promise<Buffer>;
	/** Let the processes end. */
	readonly close: () => void;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

interface Job {
	readonly answered: (frame: Buffer) => void;
	readonly failed: (error: unknown) => void;
}

interface Worker {
	readonly child: Child;
	readonly jobs: Job[];
	/** Why it answers no more. */
	fault?: Error;
}

const MOST_WORKERS = 16;
/** While one is answered, the next lies ready. */
const JOBS_EACH = 2;
const LONGEST_COMPLAINT = 4096;

export function openFrameEncoder(program: HostPath, level: number): FrameEncoder {
	const workers: Worker[] = [];
	const most = Math.min(availableParallelism(), MOST_WORKERS);
	return {
		width: most * JOBS_EACH,
		encode(bytes) {
			const worker = leastBusy(workers, most, () => startWorker(program, level));
			return new Promise((answered, failed) => {
				if (worker.fault !== undefined) {
					failed(worker.fault);
					return;
				}

				worker.jobs.push({answered, failed});
				const size = Buffer.alloc(4);
				size.writeUInt32LE(bytes.length);
				worker.child.stdin.write(size);
				worker.child.stdin.write(bytes);
			});
		},
		close() {
			for (const {child, jobs} of workers) {
				jobs.length = 0;
				child.kill();
			}
		},
	};
}

function leastBusy(workers: Worker[], most: number, start: () => Worker): Worker {
	const [first] = workers.toSorted((a, b) => a.jobs.length - b.jobs.length);
	if (first !== undefined && (first.jobs.length === 0 || workers.length === most)) {
		return first;
	}

	const worker = start();
	workers.push(worker);
	return worker;
}

function startWorker(program: HostPath, level: number): Worker {
	// What a terminal sends to all of its programs is ours to answer; without us its input ends.
	const child = spawn(program, [String(level)], {
		stdio: ['pipe', 'pipe', 'pipe'],
		env: {},
		detached: true,
	});
	const worker: Worker = {child, jobs: []};
	const fail = (fault: Error): void => {
		worker.fault ??= fault;
		worker.jobs.splice(0).forEach(job => job.failed(fault));
	};
	let complaint = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		complaint = (complaint + text).slice(0, LONGEST_COMPLAINT);
	});
	// EPIPE, which the exit status explains better.
	child.stdin.on('error', () => undefined);
	child.once('error', error => fail(faultFromErrno(error, `cannot start ${program}`)));
	const ended = once(child, 'close').then(([status, signal]: unknown[]) => {
		const how = typeof status === 'number' ? `exit status ${status}` : String(signal);
		const details = complaint.trim().split('\n');
		fail(new DynpkError('IO', `the zstd encoder failed: ${how}`, {details}));
	});
	ended.catch(() => undefined);
	receive(worker).catch((error: unknown) =>
		fail(faultFromErrno(error, `cannot read from ${program}`)),
	);
	return worker;
}

/** Frames, each behind its size. */
async function receive({child, jobs}: Worker): Promise<void> {
	let held: Buffer[] = [];
	let have = 0;
	let wanted = 4;
	let isSize = true;
	for await (const piece of child.stdout as AsyncIterable<Buffer>) {
		held.push(piece);
		have += piece.length;
		while (have >= wanted) {
			const bytes = Buffer.concat(held);
			const part = bytes.subarray(0, wanted);
			held = [bytes.subarray(wanted)];
			have -= wanted;
			if (!isSize) {
				jobs.shift()?.answered(part);
			}

			wanted = isSize ? part.readUInt32LE(0) : 4;
			isSize = !isSize;
		}
	}
}
