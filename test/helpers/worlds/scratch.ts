/** A directory of a test's own, gone when the test ends. */
import {mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {hostPath, type HostPath} from '../../../lib/paths/paths.js';

export function makeScratch(t: ExecutionContext): HostPath {
	const directory = realpathSync(mkdtempSync(join(tmpdir(), 'dynpk-test-')));
	t.teardown(() => rmSync(directory, {recursive: true, force: true}));
	return hostPath(directory);
}

/** A file of these bytes in a directory of the test's own. */
export function scratchFile(t: ExecutionContext, bytes: Buffer): HostPath {
	const path = hostPath(join(makeScratch(t), 'file'));
	writeFileSync(path, bytes);
	return path;
}
