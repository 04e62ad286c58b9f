/**
 * C that runs on targets without a C library, as ordinary programs under the sanitizers.
 *
 * Only pure units can be: those that make no system call. They take memcpy and its like from the
 * C library, as wrappers/base/memory.h says.
 */
import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {projectRoot} from './audit-world.js';

const execute = promisify(execFile);

/** Where headers are named from: `base/text.h`. */
export const wrappers = join(projectRoot, 'wrappers');

/** The parts of the ground floor that are pure. */
const base = ['wrappers/base/text.c', 'wrappers/base/variables.c'];

/** Compile sources, named from the project's root, and the pure ground floor into `program`. */
export async function compileSanitized(
	program: string,
	sources: readonly string[],
	flags: readonly string[] = [],
): Promise<void> {
	await execute('gcc', [
		...['-std=c11', '-D_GNU_SOURCE', '-O1', '-g', '-Wall', '-Wextra', '-Werror'],
		...['-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
		...[`-I${wrappers}`, ...flags, '-o', program],
		...[...sources, ...base].map(source => join(projectRoot, source)),
	]);
}
