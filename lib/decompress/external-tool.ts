/**
 * Decompression by the system's own xz, zstd and bzip2.
 *
 * The tool reads bytes that we give it and writes to a pipe: it never sees a file name. What it
 * wrote counts only once it has exited with status 0.
 */
import {spawn, type ChildProcessByStdio} from 'node:child_process';
import {once} from 'node:events';
import {Readable, type Writable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import type {CompressedBytes} from './compression.js';
import {DecompressError} from './decompress-error.js';
import {letGo} from './let-go.js';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export interface StartedTool {
	readonly name: string;
	readonly child: Child;
	readonly exit: Promise<Exit>;
}

interface Exit {
	readonly status: number | undefined;
	readonly signal: string | undefined;
}

// xz -9 needs 65 MiB and zstd refuses windows over 128 MiB by itself; a header that asks xz for
// gigabytes is an attack, not a package.
const XZ_MEMORY = '--memlimit-decompress=1GiB';

const commands = {
	bzip2: ['bzip2', '--decompress', '--stdout'],
	lzma: ['xz', '--decompress', '--stdout', '--format=lzma', XZ_MEMORY],
	xz: ['xz', '--decompress', '--stdout', '--format=xz', '--threads=0', XZ_MEMORY],
	zstd: ['zstd', '--decompress', '--stdout', '--quiet'],
} as const;

const MESSAGE_LIMIT = 4096;

/** Start the tool for a compression; `undefined` where it is not installed. */
export async function startTool(
	compression: keyof typeof commands,
): Promise<StartedTool | undefined> {
	const [name, ...args] = commands[compression];
	const child = spawn(name, args, {stdio: ['pipe', 'pipe', 'pipe']});
	try {
		await once(child, 'spawn');
	} catch {
		return undefined;
	}

	const exit = new Promise<Exit>(resolve => {
		child.once('close', (status, signal) => {
			resolve({status: status ?? undefined, signal: signal ?? undefined});
		});
	});
	return {name, child, exit};
}

/** @throws {DecompressError} DAMAGED when the tool does not end well. */
export async function* decompressWithTool(
	tool: StartedTool,
	source: CompressedBytes,
): AsyncGenerator<Buffer> {
	const {child} = tool;
	const said = collectMessage(child.stderr);
	const fed = feed(source, child);
	try {
		for await (const chunk of child.stdout) {
			yield chunk as Buffer;
		}

		const sourceError = await fed;
		const {status, signal} = await tool.exit;
		if (sourceError !== undefined) {
			throw sourceError;
		}

		if (status !== 0) {
			const ending = `ended with ${signal ?? `status ${String(status)}`}`;
			throw new DecompressError('DAMAGED', `${tool.name}: ${reasonOf(tool, said()) || ending}`);
		}
	} finally {
		child.kill('SIGKILL');
		child.stdin.destroy();
		child.stdout.destroy();
		// Nobody who stopped early leaves a process behind, nor a reader of the source.
		await tool.exit;
		await fed;
	}
}

/** The first line it said, without its name in front. */
function reasonOf({name}: StartedTool, said: string): string {
	const [line = ''] = said.trim().split('\n', 1);
	const text = line.trim();
	return text.startsWith(`${name}: `) ? text.slice(name.length + 2) : text;
}

/** Answers with the error of the source, if it had one; a tool that stops reading says why itself. */
async function feed(source: CompressedBytes, child: Child): Promise<Error | undefined> {
	let sourceError: Error | undefined;
	/** What a broken pipe throws into it, comes out at its `yield`, and is no error of the source. */
	async function* watched(): AsyncGenerator<Uint8Array> {
		const iterator =
			Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
		const next = async (): Promise<IteratorResult<Uint8Array>> => {
			try {
				return await iterator.next();
			} catch (error) {
				sourceError = error instanceof Error ? error : new Error(String(error));
				child.kill('SIGKILL');
				throw error;
			}
		};
		try {
			for (let step = await next(); step.done !== true; step = await next()) {
				yield step.value;
			}
		} finally {
			await iterator.return?.();
		}
	}

	const input = Readable.from(watched(), {objectMode: false});
	try {
		await pipeline(input, child.stdin);
	} catch {
		// EPIPE: the exit status tells.
	} finally {
		await letGo(input);
	}

	return sourceError;
}

function collectMessage(stderr: Readable): () => string {
	let text = '';
	stderr.setEncoding('utf8');
	stderr.on('data', (chunk: string) => {
		text = (text + chunk).slice(0, MESSAGE_LIMIT);
	});
	return () => text;
}
