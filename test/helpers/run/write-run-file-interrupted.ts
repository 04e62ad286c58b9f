/**
 * Writes a `.run` file to a path, and interrupts its own process group, as a terminal does, when the encoders
 * are at work. Prints the code of what this ends with.
 */
import {createHash} from 'node:crypto';
import {interruptibly} from '../../../cmd/interruptible.js';
import type {ArchiveEntry} from '../../../lib/archive/archive-entry.js';
import {writeRunFile} from '../../../lib/archive/run-file/write-run-file.js';
import {DynpkError} from '../../../lib/errors/dynpk-error.js';
import {findEncoder, readRunner} from '../../../lib/launcher/archive-tools.js';
import {hostPath} from '../../../lib/paths/paths.js';

const [, , output = ''] = process.argv;
const bytes = createHash('shake256', {outputLength: 5 << 20})
	.update('noise')
	.digest();

function* entries(): Generator<ArchiveEntry, void, undefined> {
	yield {kind: 'directory', path: 'tree', mode: 0o755};
	for (let number = 0; number < 20; number++) {
		yield {kind: 'file', path: `tree/${number}`, mode: 0o644, content: {kind: 'bytes', bytes}};
		if (number === 5) {
			process.kill(-process.pid, 'SIGINT');
		}
	}
}

try {
	await interruptibly(signal =>
		writeRunFile({
			entries: entries(),
			output: hostPath(output),
			runner: readRunner(undefined),
			encoder: findEncoder(),
			entry: undefined,
			manifest: '',
			mtime: 0,
			signal,
		}),
	);
} catch (error) {
	process.stdout.write(error instanceof DynpkError ? error.code : String(error));
}
