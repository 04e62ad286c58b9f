/**
 * Remove from the store of a place what no tree has any more (docs/cache.md, Files in common).
 *
 * A start that links to one meanwhile does without.
 */
import {lstatSync, readdirSync, rmdirSync, unlinkSync} from 'node:fs';
import {hostPath, type HostPath} from '../paths/paths.js';
import {findPrivateDirectory} from '../run/private-place.js';
import {unlessRefused} from './unless-refused.js';

export function sweepStore(place: HostPath): void {
	const store = findPrivateDirectory(hostPath(`${place}/runs/files`))?.directory;
	if (store === undefined) {
		return;
	}

	for (const name of unlessRefused(() => readdirSync(store)) ?? []) {
		const file = `${store}/${name}`;
		unlessRefused(() => {
			const status = lstatSync(file);
			if (status.isFile() && status.nlink === 1) {
				unlinkSync(file);
			}
		});
	}

	// Not while something is in it.
	unlessRefused(() => rmdirSync(store));
}
