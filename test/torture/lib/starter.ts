/** Programs started by a small process (starter.c), one after the other. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {projectRoot} from '../../helpers/worlds/audit-world.js';
import {compiledBy} from '../../helpers/worlds/made-file.js';
import {HANG_SECONDS} from './format.js';

export interface Ended {
	/** -1 where a signal ended it; 126 where the kernel did not start it. */
	readonly status: number;
	readonly signal: number;
	readonly isLate: boolean;
	readonly stdout: string;
	readonly stderr: string;
}

export type Starter = (
	env: Readonly<Record<string, string>>,
	words: readonly string[],
) => Promise<Ended>;

/** It ends with this process. */
export async function openStarter(): Promise<Starter> {
	const source = join(projectRoot, 'test/torture/lib/starter.c');
	const program = await compiledBy('gcc', ['-O1', '-D_GNU_SOURCE', source]);
	const child = spawn(program, {stdio: ['pipe', 'pipe', 'inherit']});
	let read: Buffer = Buffer.alloc(0);
	return async (env, words) => {
		const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
		const request = [HANG_SECONDS - 1, settings.length, ...settings, ...words];
		child.stdin.write(`${request.join('\t')}\n`);
		for (;;) {
			const [ended, rest] = parse(read);
			read = rest;
			if (ended !== undefined) return ended;
			const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
			read = Buffer.concat([read, chunk]);
		}
	};
}

/** The first answer, where it is there as a whole, and what is behind it. */
function parse(read: Buffer): [Ended | undefined, Buffer] {
	const end = read.indexOf('\n');
	const [status = 0, signal = 0, late = 0, out = 0, errors = 0] = read
		.subarray(0, Math.max(0, end))
		.toString()
		.split(' ')
		.map(Number);
	const middle = end + 1 + out;
	if (end < 0 || read.length < middle + errors) return [undefined, read];
	const stdout = read.subarray(end + 1, middle).toString();
	const stderr = read.subarray(middle, middle + errors).toString();
	const ended = {status, signal, isLate: late === 1, stdout, stderr};
	return [ended, read.subarray(middle + errors)];
}
