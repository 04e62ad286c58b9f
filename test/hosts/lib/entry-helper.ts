/**
 * Compile `enter-host.c`, once per version of its text.
 *
 * A program of its own, because unshare(1) and chroot(8) cannot do it without root, cannot tell the
 * program's death by a signal from an exit status, and leave the program capabilities.
 */
import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {cacheDirectory} from './cache-directory.js';
import {makeOnce} from './make-once.js';

const run = promisify(execFile);

/** From build/test/hosts/lib, where the compiled form of this module lies, back to the source. */
const source = join(import.meta.dirname, '../../../../test/hosts/lib/enter-host.c');

const flags = [
	...['-std=c11', '-O2', '-static'],
	...['-Wall', '-Wextra', '-Wshadow', '-Wpedantic', '-Wmissing-prototypes', '-Werror'],
];

/** Return the path of the compiled helper. */
export async function entryHelper(): Promise<string> {
	const digest = createHash('sha256')
		.update(await readFile(source))
		.digest('hex')
		.slice(0, 16);
	const place = join(cacheDirectory(), `enter-host-${digest}`);
	const directory = await makeOnce(place, async partial => {
		await run('gcc', [...flags, '-o', join(partial, 'enter-host'), source]);
	});
	return join(directory, 'enter-host');
}
