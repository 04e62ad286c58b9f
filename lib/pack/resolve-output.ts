/** Where a bundle goes, and in which form: the ending of its name decides. */
import {existsSync, lstatSync, readdirSync} from 'node:fs';
import {posix} from 'node:path';
import {refuseExisting, refuseIrregular} from '../archive/staged-output.js';
import type {ArchiveForm} from '../archive/archive-request.js';
import {findEncoder, readRunner} from '../launcher/archive-tools.js';
import {DynpkError, faultFromErrno} from '../errors/dynpk-error.js';
import {MANIFEST_NAME} from '../manifest/manifest.js';
import {baseName, hostPath, type HostPath} from '../paths/paths.js';
import type {PackRequest, StreamOutput} from './pack-request.js';

export interface NamedOutput {
	readonly path: HostPath;
	readonly form: ArchiveForm | 'directory' | 'run';
	/** Whether what is there gives way; of directories only a bundle or an empty one does. */
	readonly replaces: boolean;
}

export type BundleOutput = NamedOutput | StreamOutput;

type OutputRequest = Pick<PackRequest, 'output' | 'workingDirectory' | 'force' | 'level'>;

/** What the default name is made of. */
export interface OutputParts {
	readonly name: string;
	/** As `uname -m` says it; `undefined` where nothing that is packed tells. */
	readonly architecture: string | undefined;
}

/**
 * Find out before the long work what can be known of an output that was named.
 *
 * @throws {DynpkError} USAGE for a form that dynpk does not write, or not at this level; OUTPUT_EXISTS
 */
export function checkOutput({output, force, level}: OutputRequest): void {
	if (typeof output === 'string') {
		const form = outputForm(output);
		assertLevel(form, level);
		assertFree({path: output, form, replaces: force});
	} else {
		assertLevel(output?.form ?? 'tar.gz', level);
	}
}

/** @throws {DynpkError} USAGE for a form that dynpk does not write, UNSUPPORTED_MACHINE for one that it cannot write for a machine. */
export function resolveOutput(
	{output, workingDirectory, force}: OutputRequest,
	{name, architecture}: OutputParts,
): BundleOutput {
	if (typeof output === 'object') {
		return output;
	}

	const suffix = architecture === undefined ? '' : `-${architecture}`;
	const path = output ?? hostPath(posix.join(workingDirectory, `${name}${suffix}.tar.gz`));
	const form = outputForm(path);
	if (form === 'run') {
		readRunner(architecture);
	}
	if (form === 'run' || form === 'tar.zst') {
		findEncoder();
	}

	return {path, form, replaces: force};
}

const highestLevels: Readonly<Record<NamedOutput['form'], number>> = {
	directory: 0,
	tar: 0,
	'tar.gz': 9,
	'tar.zst': 19,
	run: 19,
};

function assertLevel(form: NamedOutput['form'], level: number | undefined): void {
	const highest = highestLevels[form];
	if (level === undefined || level <= highest) {
		return;
	}

	throw new DynpkError(
		'USAGE',
		highest === 0
			? `--level ${level}: the output is not compressed`
			: `--level ${level}: of a .${form} the highest is ${highest}`,
	);
}

/** @throws {DynpkError} OUTPUT_EXISTS where something has its name that does not give way; PERMISSION, IO */
export function assertFree(output: BundleOutput): void {
	if ('stream' in output) {
		return;
	}

	const {path, form, replaces} = output;
	if (!replaces) {
		refuseExisting(path);
	} else if (form === 'directory') {
		assertReplaceable(path);
	} else {
		refuseIrregular(path);
	}
}

/** A slip in `-o ~ --force` must not cost a home. */
export function assertReplaceable(directory: HostPath): void {
	try {
		const status = lstatSync(directory, {throwIfNoEntry: false});
		if (
			status === undefined ||
			(status.isDirectory() &&
				(existsSync(posix.join(directory, MANIFEST_NAME)) || readdirSync(directory).length === 0))
		) {
			return;
		}
	} catch (error) {
		throw faultFromErrno(error, `cannot write ${directory}`);
	}

	throw new DynpkError('OUTPUT_EXISTS', `${directory} is there, and is no bundle`, {
		hint: 'remove it yourself, or choose another name with -o',
	});
}

/** What the output is called without its ending; `undefined` where none was named. */
export function outputName(output: PackRequest['output']): string | undefined {
	return typeof output === 'string' ? baseName(output).replace(ENDING, '') : undefined;
}

const ENDING = /\.(?:tar|tar\.gz|tgz|tar\.zst|run|zip|tar\.xz|tar\.bz2)$/u;

function outputForm(output: HostPath): NamedOutput['form'] {
	const ending = ENDING.exec(baseName(output))?.[0];
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
		case '.run':
			return 'run';
		default:
			throw new DynpkError('USAGE', `dynpk does not write ${ending} files`, {
				hint: 'name a directory, or a file ending in .run, .tar, .tar.gz, .tgz or .tar.zst',
			});
	}
}
