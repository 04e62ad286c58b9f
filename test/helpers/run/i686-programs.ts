/**
 * Programs of 32-bit x86 on this machine: run by its kernel or, where that runs none, by an emulator
 * that the kernel is told of in a user namespace (binfmt_misc there: Linux 6.7).
 */
import {execFile} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import type {ExecutionContext} from 'ava';
import {missingHere, need} from './need.js';

const run = promisify(execFile);

export const i686Compiler = 'i686-linux-gnu-gcc';
/** Where the cross compiler's C library lies. */
export const i686Libraries = '/usr/i686-linux-gnu/lib';
/** Links a program with that library and its loader, at the place where they lie here. */
export const i686Flags = [
	`-Wl,--dynamic-linker=${i686Libraries}/ld-linux.so.2`,
	`-Wl,-rpath,${i686Libraries}`,
];

const emulator = '/usr/bin/qemu-i386-static';
/** An ELF header of this class, byte order and machine, whatever its type. */
const magic = [...'7f454c46010101'.matchAll(/../gu)].map(String);
const header = [...magic, ...'00'.repeat(9).match(/../gu)!, '02', '00', '03', '00'];
const mask = [...Array<string>(7).fill('ff'), '00', ...Array<string>(8).fill('ff'), 'fe'];
const escaped = (bytes: readonly string[]): string => bytes.map(byte => `\\x${byte}`).join('');
const registration = `:i686:M::${escaped(header)}:${escaped([...mask, 'ff', 'ff', 'ff'])}:${emulator}:OCF`;
const registering = [
	'mount -t binfmt_misc none /proc/sys/fs/binfmt_misc',
	`printf %s '${registration}' > /proc/sys/fs/binfmt_misc/register`,
].join(' && ');

let known: Promise<string> | undefined;

/**
 * What a shell with every right in a namespace of its own has to do before such programs start
 * there: `true` where nothing is. `undefined`, and the test is over, where they cannot be made.
 */
export async function beforeI686(t: ExecutionContext): Promise<string | undefined> {
	if (!need(t, i686Compiler)) return undefined;
	known ??= ask();
	const script = await known;
	if (script === 'true') return script;
	if (!need(t, 'qemu-i386-static', 'unshare')) return undefined;
	const trial = ['--user', '--map-root-user', '--mount', 'sh', '-c', script];
	try {
		await run('unshare', trial);
		return script;
	} catch (error) {
		missingHere(t, `needs binfmt_misc in user namespaces: ${String(error)}`);
		return undefined;
	}
}

/** Try a program that does nothing but end. */
async function ask(): Promise<string> {
	const directory = await mkdtemp(join(tmpdir(), 'dynpk-i686-'));
	const program = join(directory, 'program');
	const source = join(directory, 'program.c');
	try {
		await writeFile(
			source,
			'void _start(void) { __asm__("movl $1, %eax; xorl %ebx, %ebx; int $0x80"); }',
		);
		await run(i686Compiler, ['-nostdlib', '-static', '-o', program, source]);
		return await run(program).then(
			() => 'true',
			() => registering,
		);
	} finally {
		await rm(directory, {recursive: true});
	}
}
