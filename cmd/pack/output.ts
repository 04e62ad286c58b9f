/** Where a bundle goes, and in which form: the ending of its name decides. */
import {posix} from 'node:path';
import type {ArchiveForm} from '../../lib/archive/write-archive.js';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {hostPath, type HostPath} from '../../lib/paths/paths.js';
import type {BundlePlan} from '../../lib/plan/bundle-plan.js';
import type {PackRequest} from './pack-request.js';

/** @throws {DynpkError} USAGE for a form that dynpk does not write. */
export function resolveOutput(
	{arguments: {output}, workingDirectory}: PackRequest,
	plan: BundlePlan,
	architecture: string | undefined,
): {readonly path: HostPath; readonly form: ArchiveForm | 'directory'} {
	if (output === '') {
		throw new DynpkError('USAGE', '--output names nothing');
	}

	const suffix = architecture === undefined ? '' : `-${architecture}`;
	const path = hostPath(posix.resolve(workingDirectory, output ?? `${plan.name}${suffix}.tar.gz`));
	return {path, form: outputForm(posix.basename(path))};
}

function outputForm(name: string): ArchiveForm | 'directory' {
	const ending = /\.(?:tar|tar\.gz|tgz|tar\.zst|run|zip|tar\.xz|tar\.bz2)$/u.exec(name)?.[0];
	switch (ending) {
		case undefined:
			return 'directory';
		case '.tar':
			return 'tar';
		case '.tar.gz':
		case '.tgz':
			return 'tar.gz';
		case '.tar.zst':
			return 'tar.zst';
		default:
			throw new DynpkError('USAGE', `dynpk does not write ${ending} files`, {
				hint: 'name a directory, or a file ending in .tar, .tar.gz, .tgz or .tar.zst',
			});
	}
}
