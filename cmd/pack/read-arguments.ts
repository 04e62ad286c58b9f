/** From the words behind `pack` to what is asked for. */
import {tmpdir} from 'node:os';
import {posix} from 'node:path';
import type {ArgumentsCamelCase} from 'yargs';
import type {ArchiveForm, ArchiveStream} from '../../lib/archive/archive-request.js';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import type {PackRequest} from '../../lib/pack/pack-request.js';
import {hostPath, type HostPath} from '../../lib/paths/paths.js';
import {byteCount} from '../byte-count.js';
import {cacheDirectory} from '../cache-directory.js';
import {libraryPath} from '../library-path.js';
import {searchPath} from '../search-path.js';
import {standardOutputStream} from '../standard-streams.js';
import {VERSION} from '../version.js';
import {workingDirectory} from '../working-directory.js';
import type {Packing} from './pack.js';
import type {ListedTargets} from './read-target-lists.js';

/** Times in a bundle when SOURCE_DATE_EPOCH does not say: the start of 1980, the oldest zip knows. */
const FIXED_TIME = 315_532_800;

export interface PackArguments {
	readonly targets: readonly string[];
	readonly output: string | undefined;
	readonly form: ArchiveForm | undefined;
	readonly level: string | undefined;
	readonly name: string | undefined;
	readonly force: boolean;
	readonly with: readonly string[];
	readonly scan: readonly string[];
	readonly trace: readonly string[];
	readonly exclude: readonly string[];
	readonly verbatim: readonly string[];
	readonly repo: readonly string[];
	readonly libraryPath: readonly string[];
	readonly noLibraryPath: boolean;
	readonly missing: 'error' | 'warn' | 'ignore';
	readonly strict: boolean;
	readonly scope: 'auto' | 'closure' | 'package' | 'prefix';
	readonly recommends: 'none' | 'named' | 'all';
	readonly commands: boolean;
	readonly suspected: boolean;
	readonly launcher: 'auto' | 'native' | 'sh';
	readonly strategy: 'auto' | 'map' | 'exec' | 'self';
	readonly engine: 'auto' | 'none';
	readonly audit: 'off' | 'warn' | 'enforce';
	readonly allow: readonly string[];
	readonly allowExec: readonly string[];
	readonly sysroot: string;
	readonly maxSize: string | undefined;
	readonly dryRun: boolean;
	readonly why: string | undefined;
	readonly json: boolean;
	readonly quiet: boolean;
}

/** @throws {DynpkError} USAGE, PERMISSION, IO */
export async function readArguments(argv: ArgumentsCamelCase<PackArguments>): Promise<Packing> {
	return {
		request: packRequest(argv, await listedTargets(argv)),
		mtime: entryTime(process.env.SOURCE_DATE_EPOCH),
		dryRun: argv.dryRun,
		maxSize: argv.maxSize === undefined ? undefined : byteCount(argv.maxSize),
		why: argv.why,
		json: argv.json,
		quiet: argv.quiet,
		isTerminal: process.stderr.isTTY,
	};
}

/** Loaded where there is a list. @throws {DynpkError} USAGE, PERMISSION, IO */
async function listedTargets(argv: ArgumentsCamelCase<PackArguments>): Promise<ListedTargets> {
	const rest = (argv['--'] as readonly string[] | undefined) ?? [];
	const targets = [...argv.targets, ...rest];
	if (!targets.some(target => target.startsWith('@'))) {
		return {targets, places: new Map()};
	}

	const {readTargetLists} = await import('./read-target-lists.js');
	return readTargetLists(targets, workingDirectory());
}

/** @throws {DynpkError} USAGE for an output without a name. */
function packRequest(
	argv: ArgumentsCamelCase<PackArguments>,
	{targets, places}: ListedTargets,
): PackRequest {
	const here = workingDirectory();
	const absolute = (path: string): HostPath => hostPath(posix.resolve(here, path));
	return {
		targets,
		listedAt: places,
		name: argv.name,
		output: output(argv, absolute),
		level: argv.level === undefined ? undefined : compressionLevel(argv.level),
		force: argv.force,
		with: argv.with,
		scan: argv.scan,
		traces: argv.trace.map(absolute),
		exclude: argv.exclude,
		verbatim: argv.verbatim,
		repositories: argv.repo.map(absolute),
		libraryPath: libraryPath(argv),
		session: process.env,
		missing: argv.missing,
		strict: argv.strict,
		scope: argv.scope,
		recommends: argv.recommends,
		commands: argv.commands,
		suspected: argv.suspected,
		launcher: argv.launcher,
		strategy: argv.strategy,
		engine: argv.engine,
		audit: {mode: argv.audit, allowed: argv.allow, allowedPrograms: argv.allowExec},
		sysroot: absolute(argv.sysroot),
		workingDirectory: hostPath(here),
		searchPath: searchPath(),
		temporaryDirectory: absolute(tmpdir()),
		cache: cacheDirectory(process.env),
		version: VERSION,
	};
}

/** @throws {DynpkError} USAGE for what names nothing, or nothing that can be written to. */
function output(
	{output: name, form, json, dryRun, why}: ArgumentsCamelCase<PackArguments>,
	absolute: (path: string) => HostPath,
): PackRequest['output'] {
	if (name === '') {
		throw new DynpkError('USAGE', '--output names nothing');
	}
	if (name !== '-') {
		if (form !== undefined) {
			throw new DynpkError('USAGE', '--form is for standard output, -o -', {
				hint: 'elsewhere the ending of the output’s name decides',
			});
		}

		return name === undefined ? undefined : absolute(name);
	}

	const isDry = dryRun || why !== undefined;
	if (json && !isDry) {
		throw new DynpkError('USAGE', '--json prints to where the bundle goes', {
			hint: 'name a file with -o',
		});
	}

	return {form: form ?? 'tar.gz', stream: isDry ? nowhere : standardOutputStream()};
}

const nowhere: ArchiveStream = {name: 'nowhere', write: () => Promise.resolve()};

/** @throws {DynpkError} USAGE for what is no number; whether the output has such a level is found out with the output. */
function compressionLevel(text: string): number {
	if (!/^[1-9]\d?$/u.test(text)) {
		throw new DynpkError('USAGE', `--level is no level of compression: ${text}`, {
			hint: 'give a number: 1 to 9 for .tar.gz, 1 to 19 for .tar.zst and .run',
		});
	}

	return Number(text);
}

/** @throws {DynpkError} USAGE when the variable is set and no number of seconds. */
function entryTime(text: string | undefined): number {
	if (text === undefined || text === '') {
		return FIXED_TIME;
	}

	const seconds = Number(text);
	if (!/^\d+$/u.test(text) || seconds > 0xffff_ffff) {
		throw new DynpkError('USAGE', `SOURCE_DATE_EPOCH is not a time in seconds: ${text}`);
	}

	return seconds;
}
