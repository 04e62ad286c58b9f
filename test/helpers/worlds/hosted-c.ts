/**
 * C that runs on targets without a C library, as ordinary programs under the sanitizers.
 *
 * Only pure units can be: those that make no system call. They take memcpy and its like from the
 * C library, as wrappers/base/memory.h says.
 */
import {join} from 'node:path';
import {projectRoot} from './audit-world.js';
import {compiledBy} from './made-file.js';

/** Where headers are named from: `base/text.h`. */
export const wrappers = join(projectRoot, 'wrappers');

/** The parts of the ground floor that are pure. */
const base = ['wrappers/base/text.c', 'wrappers/base/variables.c'];

/** The program that sources, named from the project's root, and the pure ground floor make. */
export async function compileSanitized(
	sources: readonly string[],
	flags: readonly string[] = [],
): Promise<string> {
	return compiledBy('gcc', [
		...['-std=c11', '-D_GNU_SOURCE', '-O1', '-g', '-Wall', '-Wextra', '-Werror'],
		...['-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
		...[`-I${wrappers}`, ...flags],
		...[...sources, ...base].map(source => join(projectRoot, source)),
	]);
}
