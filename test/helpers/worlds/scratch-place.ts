/**
 * A directory of its own for each test with a short way to name what is in it; gone afterwards, also
 * where it holds read-only directories.
 */
import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import type {ExecutionContext} from 'ava';
import {removeTree} from '../../../lib/archive/remove-tree.js';
import {hostPath, type HostPath} from '../../../lib/paths/paths.js';

export interface ScratchPlace {
	readonly directory: HostPath;
	path(name: string): HostPath;
}

export function makeScratchPlace(t: ExecutionContext): ScratchPlace {
	const directory = hostPath(mkdtempSync(`${tmpdir()}/dynpk-test-`));
	t.teardown(() => removeTree(directory));
	return {directory, path: name => hostPath(`${directory}/${name}`)};
}
