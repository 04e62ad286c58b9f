/** Where a bundle goes, and in which form: the ending of its name decides. */
import {posix} from 'node:path';
import {refuseExisting} from '../archive/staged-output.js';
import type {ArchiveForm} from '../archive/write-archive.js';
import {DynpkError} from '../errors/dynpk-error.js';
import {baseName, hostPath, type HostPath} from '../paths/paths.js';
import type {Decision} from './decide.js';
import type {PackRequest} from './pack-request.js';

export interface BundleOutput {
	readonly path: HostPath;
	readonly form: ArchiveForm | 'directory';
}

/**
 * Find out before the long work what can be known of an output that was named.
 *
 * @throws {DynpkError} USAGE for a form that dynpk does not write; OUTPUT_EXISTS
 */
export function checkOutput({output}: Pick<PackRequest, 'output'>): void {
	if (output !== undefined) {
		outputForm(output);
		refuseExisting(output);
	}
}

/** @throws {DynpkError} USAGE for a form that dynpk does not write. */
export function resolveOutput(
	{output, workingDirectory}: Pick<PackRequest, 'output' | 'workingDirectory'>,
	{plan, architecture}: Pick<Decision, 'plan' | 'architecture'>,
): BundleOutput {
	const suffix = architecture === undefined ? '' : `-${architecture}`;
	const path = output ?? hostPath(posix.join(workingDirectory, `${plan.name}${suffix}.tar.gz`));
	return {path, form: outputForm(path)};
}

function outputForm(output: HostPath): BundleOutput['form'] {
	const endings = /\.(?:tar|tar\.gz|tgz|tar\.zst|run|zip|tar\.xz|tar\.bz2)$/u;
	const ending = endings.exec(baseName(output))?.[0];
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
