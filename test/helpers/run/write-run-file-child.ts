/**
 * Writes a `.run` file of some files of 2 MB that do not compress to a path, by the processors that it may use, and
 * prints the most memory it took, in MiB.
 */
import {createHash} from 'node:crypto';
import type {ArchiveEntry} from '../../../lib/archive/archive-entry.js';
import {writeRunFile} from '../../../lib/archive/run-file/write-run-file.js';
import {findEncoder, readRunner} from '../../../lib/launcher/archive-tools.js';
import {hostPath} from '../../../lib/paths/paths.js';

const [, , output = '', count = ''] = process.argv;
const bytes = (seed: number): Buffer =>
	createHash('shake256', {outputLength: 2_000_000 + seed})
		.update(String(seed))
		.digest();

function* entries(): Generator<ArchiveEntry> {
	yield {kind: 'directory', path: 'tree', mode: 0o755};
	for (let number = 0; number < Number(count); number += 1) {
		const content = {kind: 'bytes', bytes: bytes(number)} as const;
		yield {kind: 'file', path: `tree/${number}`, mode: 0o644, content};
	}
}

await writeRunFile({
	entries: entries(),
	output: hostPath(output),
	runner: readRunner(undefined),
	encoder: findEncoder(),
	entry: undefined,
	manifest: '',
	mtime: 0,
});
process.stdout.write(`${Math.round(process.resourceUsage().maxRSS / 1024)}\n`);
