/**
 * Run a program on a foreign host and tell how it ended and what it said.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {constants} from 'node:os';
import type {Readable} from 'node:stream';
import type {Host} from './host-with.js';
import {patience} from './patience.js';
import {prepareEntry} from './prepare-entry.js';
import type {Entry, HostRun} from './prepare-entry.js';

export interface HostAnswer {
	/** `undefined` when a signal ended the program. */
	readonly status: number | undefined;
	readonly signal: NodeJS.Signals | undefined;
	readonly stdout: string;
	readonly stderr: string;
}

export interface CapturedRun extends HostRun {
	/** Default: nothing, an input that is at its end. */
	readonly stdin?: string | Buffer;
	/** In milliseconds; the program and all it has started are killed then. Default: `patience`. */
	readonly timeout?: number;
}

const outputLimit = 64 * 1024 * 1024;

/**
 * Run `request` on `host`.
 *
 * A program that cannot be executed answers as under a shell, 127 or 126. Rejects when the host cannot
 * be entered, and when the program does not end in time.
 */
export async function runOnHost(
	host: Pick<Host, 'root'>,
	request: CapturedRun,
): Promise<HostAnswer> {
	const entry = await prepareEntry(host, request);
	try {
		return await capture(entry, request);
	} finally {
		await entry.release();
	}
}

async function capture(entry: Entry, request: CapturedRun): Promise<HostAnswer> {
	const timeout = request.timeout ?? patience;
	const child = spawn(entry.command, entry.argv, {
		env: entry.env,
		stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
		timeout,
		killSignal: 'SIGKILL',
	});
	const closed = once(child, 'close');
	// A program need not read its input to the end.
	child.stdin.on('error', () => undefined);
	child.stdin.end(request.stdin);
	const kill = () => child.kill('SIGKILL');
	const [stdout, stderr, report] = await Promise.all([
		readAll(child.stdout, kill),
		readAll(child.stderr, kill),
		readAll(child.stdio[3] as Readable, kill),
		closed,
	]);
	if (report === '') {
		const reason = child.signalCode === null ? 'cannot enter the host' : 'did not end in time';
		throw new Error(`${request.argv.join(' ')}: ${reason}\n${stderr}`);
	}

	return {...endOf(report), stdout, stderr};
}

async function readAll(stream: Readable, kill: () => void): Promise<string> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of stream as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size > outputLimit) {
			kill();
			throw new Error(`more than ${outputLimit} bytes of output`);
		}

		chunks.push(chunk);
	}

	return Buffer.concat(chunks).toString('utf8');
}

/** Read the line that enter-host writes when the program has ended. */
export function endOf(report: string): Pick<HostAnswer, 'status' | 'signal'> {
	const [, how, text] = /^(exited|signalled) (\d+)\n$/u.exec(report) ?? [];
	const number = Number(text);
	if (how === 'exited') {
		return {status: number, signal: undefined};
	}

	// SIGABRT comes before its alias SIGIOT in the table.
	const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
	return {status: undefined, signal: name as NodeJS.Signals};
}
