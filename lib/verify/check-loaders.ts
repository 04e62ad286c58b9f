/** Whether the bundled loaders still are blind to the host, by what the manifest says was overwritten. */
import {readFileSync} from 'node:fs';
import {posix} from 'node:path';
import type {LoaderRecord} from '../manifest/manifest.js';
import type {HostPath} from '../paths/paths.js';
import type {VerifyFinding} from './finding.js';

export function checkLoaders(top: HostPath, loaders: readonly LoaderRecord[]): VerifyFinding[] {
	return loaders.flatMap((loader): VerifyFinding[] => {
		if (!loader.isolated) {
			const message =
				'not all of its built-in search paths were found: a library missing from the bundle may come from the host';
			return [{code: 'LOADER_NOT_ISOLATED', path: loader.path, message}];
		}

		const bytes = readFileSync(posix.join(top, loader.path));
		return loader.edits
			.filter(({offset, after}) => {
				const stands = bytes.toString('latin1', offset, offset + after.length);
				return stands !== after;
			})
			.map(({what, before}) => ({
				code: 'LOADER_NOT_ISOLATED',
				path: loader.path,
				message: `its built-in ${what} ${before} is not overwritten`,
			}));
	});
}
