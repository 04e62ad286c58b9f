/** Writes a `.run` file of what does not compress to a path, by the processors that it may use. */
import {createHash} from 'node:crypto';
import {writeRunFile} from '../../../lib/archive/run-file/write-run-file.js';
import {findEncoder, readRunner} from '../../../lib/launcher/archive-tools.js';
import {hostPath} from '../../../lib/paths/paths.js';

const [, , output = ''] = process.argv;
const bytes = (seed: number): Buffer =>
	createHash('shake256', {outputLength: 2_000_000 + seed})
		.update(String(seed))
		.digest();
await writeRunFile({
	entries: [
		{kind: 'directory', path: 'tree', mode: 0o755},
		...Array.from({length: 30}, (_, number) => ({
			kind: 'file' as const,
			path: `tree/${number}`,
			mode: 0o644,
			content: {kind: 'bytes' as const, bytes: bytes(number)},
		})),
	],
	output: hostPath(output),
	runner: readRunner(undefined),
	encoder: findEncoder(),
	entry: undefined,
	manifest: '',
	mtime: 0,
});
