/** Package files of a test's own, and the sets made of them. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {mergePayload} from '../../../lib/packages/merge/merge-payload.js';
import type {MergedSysroot} from '../../../lib/packages/merge/merged-sysroot.js';
import {openPackageSet} from '../../../lib/packages/set/open-package-set.js';
import {solve} from '../../../lib/packages/solve/solve.js';
import {hostPath, type HostPath} from '../../../lib/paths/paths.js';
import {makeScratch} from '../worlds/scratch.js';
import {writeRpm, type WrittenRpm} from './rpm-writer.js';

/** Write each literal as an RPM into one directory. */
export function writeRpms(directory: string, specs: readonly WrittenRpm[]): readonly HostPath[] {
	return specs.map(spec => {
		const name = `${spec.name ?? 'made'}-${spec.version ?? '1'}.${spec.arch ?? 'noarch'}.rpm`;
		const path = hostPath(join(directory, name));
		writeFileSync(path, writeRpm({tags: {1125: undefined}, ...spec}));
		return path;
	});
}

/** Merge package files into a directory of the test's own. */
export async function mergeFiles(
	t: ExecutionContext,
	files: readonly HostPath[],
	repositories: readonly HostPath[] = [],
): Promise<MergedSysroot> {
	const root = hostPath(join(makeScratch(t), 'root'));
	return mergePayload(await solve(await openPackageSet(files, repositories)), root);
}

export async function mergeRpms(
	t: ExecutionContext,
	specs: readonly WrittenRpm[],
): Promise<MergedSysroot> {
	return mergeFiles(t, writeRpms(makeScratch(t), specs));
}

/** The tree in one line a path: `/usr/bin/a file`, `/lib -> usr/lib`. */
export function listMerged({files}: MergedSysroot): readonly string[] {
	return [...files].map(([path, file]) =>
		file.kind === 'symlink' ? `${path} -> ${file.target}` : `${path} ${file.kind}`,
	);
}
