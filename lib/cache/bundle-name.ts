/** The name of an unpacked bundle, from the line of its manifest that has it: a manifest of 20 MB is not parsed for that. */
import {errnoOf} from '../errors/dynpk-error.js';
import {MANIFEST_NAME} from '../manifest/manifest.js';
import type {HostPath} from '../paths/paths.js';
import {readWholeFile} from '../paths/read-whole-file.js';

/** Larger ones have a name that is not told. */
const LIMIT = 64 << 20;
const LONGEST_NAME = 1024;
const FIELD = '\n"name": ';

/** Of the first of these directories that holds a bundle. */
export function findBundleName(directories: readonly HostPath[]): string | undefined {
	for (const directory of directories) {
		const name = readName(`${directory}/${MANIFEST_NAME}`);
		if (name !== undefined) {
			return name;
		}
	}

	return undefined;
}

function readName(manifest: string): string | undefined {
	try {
		const read = readWholeFile(manifest, LIMIT);
		const bytes = read.status === 'read' ? read.bytes : Buffer.alloc(0);
		const at = bytes.indexOf(FIELD);
		const line = bytes.subarray(at + FIELD.length, at + FIELD.length + LONGEST_NAME).toString();
		const value: unknown = at < 0 ? undefined : JSON.parse(line.replace(/,?\n.*$/su, ''));
		return typeof value === 'string' && value !== '' ? value : undefined;
	} catch (error) {
		if (errnoOf(error) === undefined && !(error instanceof SyntaxError)) {
			throw error;
		}
		return undefined;
	}
}
