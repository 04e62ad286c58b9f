/** Show how much of a bundle each package is. */
import {sanitise} from '../../lib/errors/sanitise.js';
import type {PackageShare} from '../../lib/inspect/package-shares.js';

const [SIZE_WIDTH, FILES_WIDTH] = [9, 6];

export function renderShares(shares: readonly PackageShare[], json: boolean): string {
	if (json) {
		const packages = shares.map(({package: owner, files, bytes}) => ({
			...(owner && {id: owner.id, version: owner.version}),
			...{files, bytes},
		}));
		return `${JSON.stringify({schema: 'dynpk-packages/1', packages})}\n`;
	}

	const lines = shares.map(({package: owner, files, bytes}) => {
		const size = (bytes / 1000).toFixed(0).padStart(SIZE_WIDTH);
		const who = owner === undefined ? 'of no package' : `${owner.id} ${owner.version}`;
		return `${size} kB ${String(files).padStart(FILES_WIDTH)} files  ${who}`;
	});
	return `${lines.map(line => sanitise(line)).join('\n')}\n`;
}
