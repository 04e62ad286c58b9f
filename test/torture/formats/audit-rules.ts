/** What the audit is told, as the stub and the shim of a started program read it. */
import {readFileSync, realpathSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Format} from '../lib/format.js';
import {makeStartedBundle} from '../lib/start-bundle.js';

const words = [
	...['mode warn\n', 'mode enforce\n', 'mode off\n', 'dynpk-audit 1\n', '\n', '\0', '**', '*', '?'],
	...['library-path ', 'host-provided ', 'allow ', 'allow-exec ', 'host-program ', 'host-file '],
	...['static-tls 99999999999999999999\n', `allow ${'/x'.repeat(200)}\n`, '/**/**/**/**/**/**/a'],
];

export const format: Format = {
	name: 'audit rules',
	inputsInCheck: 100,
	open: async scratch => {
		const bundle = await makeStartedBundle(realpathSync(scratch));
		const paths = bundle.rules.map(file => join(bundle.top, file));
		const bytes = readFileSync(paths[0]!);
		return {
			originals: ['warn:2', 'enforce:2'].map(name => ({name, bytes, words})),
			attempt: (damaged, {name}) => {
				for (const path of paths) writeFileSync(path, damaged);
				return bundle.start('shim', {DYNPK_AUDIT: name});
			},
		};
	},
};
