/** Tell why files are in a bundle, and what leaves them out. */
import {sanitise} from '../../lib/errors/sanitise.js';
import type {FileAnswer} from '../../lib/inspect/explain-file.js';

/** More files than that have one name for no reason of their own (`__init__.py`). */
const FILES_SAID = 20;

export function renderFileWhy(name: string, files: readonly FileAnswer[], json: boolean): string {
	if (json) {
		return `${JSON.stringify({schema: 'dynpk-why-file/1', name, files})}\n`;
	}

	const lines = files.slice(0, FILES_SAID).flatMap(describe);
	const more = files.length - FILES_SAID;
	return `${[...lines, ...(more > 0 ? [`${more} more files are called so`] : [])]
		.map(line => sanitise(line))
		.join('\n')}\n`;
}

function describe({path, source, package: owner, reason, size, leftOutBy}: FileAnswer): string[] {
	const of = owner === undefined ? '' : ` (${owner})`;
	return [
		`${path} ${(size / 1000).toFixed(0)} kB${of}`,
		...(source === undefined ? [] : [`  from ${source}`]),
		`  because: ${reason}`,
		...(leftOutBy.length === 0 ? [] : [`  left out by ${leftOutBy.join(', or ')}`]),
	];
}
