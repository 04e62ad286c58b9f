/** The process beside the program that starts the host's getent, on every machine. */
import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import test from 'ava';
import {need} from '../helpers/run/need.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const execute = promisify(execFile);
const sources = fileURLToPath(new URL('../../../', import.meta.url));

for (const [compiler, ...emulator] of [
	['gcc'],
	['aarch64-linux-gnu-gcc', 'qemu-aarch64-static'],
	['i686-linux-gnu-gcc', 'qemu-i386-static'],
] as const) {
	test(`a process of its own stack ends with what its function returns: ${compiler}`, async t => {
		if (!need(t, compiler, ...emulator)) return;
		for (const level of ['-O0', '-Os']) {
			const program = join(makeScratch(t), 'clone');
			const flags = ['-std=gnu11', level, '-fPIC', '-static', `-I${join(sources, 'wrappers')}`];
			const source = join(sources, 'test/nss/programs/clone.c');
			await execute(compiler, [...flags, '-o', program, source]);
			const [command = '', ...words] = [...emulator, program];
			await t.notThrowsAsync(execute(command, words));
		}
	});
}
