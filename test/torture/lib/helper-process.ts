/**
 * A small process that starts programs for us: starter.c, injector.c.
 *
 * A question is a line of words, split by tabs; the answer a line of numbers, the last of which are
 * the lengths of the texts behind it. One question at a time. It ends with this process, and
 * does not keep it from ending.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {projectRoot} from '../../helpers/worlds/audit-world.js';
import {compiledBy} from '../../helpers/worlds/made-file.js';

export interface Answer {
	readonly numbers: readonly number[];
	readonly texts: readonly string[];
}

export type Ask = (words: readonly (string | number)[]) => Promise<Answer>;

interface Held {
	readonly ref: () => void;
	readonly unref: () => void;
}

/** `textCount` is how many texts an answer has. */
export async function openHelperProcess(source: string, textCount: number): Promise<Ask> {
	const file = join(projectRoot, 'test/torture/lib', source);
	const program = await compiledBy('gcc', ['-O1', '-D_GNU_SOURCE', file]);
	const child = spawn(program, {stdio: ['pipe', 'pipe', 'inherit']});
	const ended = once(child, 'exit').then(() => undefined);
	// The pipes of a child are sockets, of which the types do not know.
	const held = [child, child.stdin, child.stdout] as unknown as readonly Held[];
	for (const handle of held) handle.unref();
	let read: Buffer = Buffer.alloc(0);

	async function readAnswer(): Promise<Answer> {
		for (;;) {
			const [answer, rest] = parse(read, textCount);
			read = rest;
			if (answer !== undefined) return answer;
			const chunk = await Promise.race([once(child.stdout, 'data'), ended]);
			if (chunk === undefined) throw new Error(`${source} has ended`);
			read = Buffer.concat([read, chunk[0] as Buffer]);
		}
	}

	return async words => {
		for (const handle of held) handle.ref();
		child.stdin.write(`${words.join('\t')}\n`);
		try {
			return await readAnswer();
		} finally {
			for (const handle of held) handle.unref();
		}
	};
}

/** How many there are, and each. */
export function settingsOf(env: Readonly<Record<string, string>>): readonly (string | number)[] {
	const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
	return [settings.length, ...settings];
}

/** The first answer, where it is there as a whole, and what is behind it. */
function parse(read: Buffer, textCount: number): [Answer | undefined, Buffer] {
	const end = read.indexOf('\n');
	if (end < 0) return [undefined, read];
	const numbers = read.subarray(0, end).toString().split(' ').map(Number);
	let at = end + 1;
	const texts = numbers.slice(-textCount).map(length => {
		const text = read.subarray(at, at + length).toString();
		at += length;
		return text;
	});
	return at > read.length ? [undefined, read] : [{numbers, texts}, read.subarray(at)];
}
