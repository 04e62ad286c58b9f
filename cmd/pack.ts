/** `dynpk pack`: from targets to a bundle. */
import {tmpdir} from 'node:os';
import {posix} from 'node:path';
import type {Argv, ArgumentsCamelCase, CommandModule} from 'yargs';
import {DynpkError} from '../lib/errors/dynpk-error.js';
import type {PackRequest} from '../lib/pack/pack-request.js';
import {hostPath, type HostPath} from '../lib/paths/paths.js';
import {cacheDirectory} from './cache-directory.js';
import {libraryPath, libraryPathOptions} from './library-path.js';
import type {ListedTargets} from './pack/read-target-lists.js';
import {searchPath} from './search-path.js';
import {VERSION} from './version.js';
import {workingDirectory} from './working-directory.js';

/** Times in a bundle when SOURCE_DATE_EPOCH does not say: the start of 1980, the oldest zip knows. */
const FIXED_TIME = 315_532_800;

interface PackArguments {
	readonly targets: readonly string[];
	readonly output: string | undefined;
	readonly name: string | undefined;
	readonly force: boolean;
	readonly with: readonly string[];
	readonly scan: readonly string[];
	readonly trace: readonly string[];
	readonly exclude: readonly string[];
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

const each = {type: 'string', array: true, nargs: 1, default: [] as string[]} as const;

function build(argv: Argv): Argv<PackArguments> {
	return argv
		.positional('targets', {
			describe:
				'a program, script, shared object or directory; an .rpm or .deb file; deb:NAME, rpm:NAME or conda:NAME; or @FILE, a list of such, one a line',
			type: 'string',
			array: true,
			demandOption: true,
		})
		.options({
			output: {
				alias: 'o',
				type: 'string',
				requiresArg: true,
				describe:
					'where to: a directory, or a file ending in .tar, .tar.gz, .tgz or .tar.zst [NAME-ARCH.tar.gz]',
			},
			name: {
				type: 'string',
				requiresArg: true,
				describe: 'name of the bundle [that of OUTPUT, or of the first target]',
			},
			force: {
				type: 'boolean',
				default: false,
				describe: 'replace what has the output’s name; of directories only a bundle',
			},
			with: {...each, describe: 'a file or directory to carry besides'},
			scan: {...each, describe: 'a directory of which every ELF file is packed with its libraries'},
			trace: {...each, describe: 'a file of dynpk trace: carry what that run used'},
			exclude: {
				...each,
				describe: 'a path pattern, a soname, or deb:NAME or rpm:NAME to leave out',
			},
			repo: {...each, describe: 'a directory of packages that package files may need'},
			...libraryPathOptions,
			missing: {
				choices: ['error', 'warn', 'ignore'] as const,
				default: 'error' as const,
				describe: 'what to do about libraries and required packages that are nowhere to be found',
			},
			strict: {
				type: 'boolean',
				default: false,
				describe: 'fail where a member of a directory cannot work here; else it is said',
			},
			scope: {
				choices: ['auto', 'closure', 'package', 'prefix'] as const,
				default: 'auto' as const,
				describe:
					'only what a program links to, its package with all it depends on, or, where none owns it, the prefix that it was installed into',
			},
			recommends: {
				choices: ['none', 'named', 'all'] as const,
				default: 'named' as const,
				describe:
					'whose recommended packages travel: nobody’s, those of packages that targets name, or all',
			},
			commands: {
				type: 'boolean',
				default: false,
				describe: 'pack what your own scripts call, as if each program were a target',
			},
			suspected: {
				type: 'boolean',
				default: false,
				describe: 'pack data that programs name by a path compiled in and that stays behind else',
			},
			launcher: {
				choices: ['auto', 'native', 'sh'] as const,
				default: 'auto' as const,
				describe: 'what starts the programs',
			},
			strategy: {
				choices: ['auto', 'map', 'exec', 'self'] as const,
				default: 'auto' as const,
				describe:
					'how the native launcher starts programs: map the loader, execute it, or start the program’s own bytes',
			},
			audit: {
				choices: ['off', 'warn', 'enforce'] as const,
				default: 'off' as const,
				describe:
					'watch for libraries, programs and files from outside the bundle; DYNPK_AUDIT overrules it on the target',
			},
			allow: {...each, describe: 'a pattern of host libraries that the audit lets in'},
			'allow-exec': {
				...each,
				describe: 'a pattern of host programs that may start under --audit=enforce',
			},
			sysroot: {
				type: 'string',
				requiresArg: true,
				default: '/',
				describe: 'resolve inside this root directory, of any architecture',
			},
			'max-size': {
				type: 'string',
				requiresArg: true,
				describe: 'refuse what is larger, such as 500M or 2G (of 1000), before it is written',
			},
			'dry-run': {
				type: 'boolean',
				default: false,
				describe: 'print what would be packed: its size, its place, and why',
			},
			why: {
				type: 'string',
				requiresArg: true,
				describe: 'pack nothing; tell by whose wish this package would travel (deb:NAME)',
			},
			json: {type: 'boolean', default: false, describe: 'print the result as JSON'},
			quiet: {alias: 'q', type: 'boolean', default: false, describe: 'say nothing but faults'},
		})
		.example('$0 pack ipython3', 'with Python, its modules and all their libraries')
		.example('$0 pack ./solver --with data -o solver.tar', 'a program of your own and its data')
		.example('$0 pack python3 deb:python3-numpy -o np.tgz', 'a language and one of its packages')
		.example('$0 pack @cluster.list', 'the programs and packages that a file lists')
		.example(
			'$0 pack git --dry-run',
			'what would be packed, and why',
		) as unknown as Argv<PackArguments>;
}

async function handle(argv: ArgumentsCamelCase<PackArguments>): Promise<void> {
	const {pack} = await import('./pack/pack.js');
	await pack({
		request: packRequest(argv, await listedTargets(argv)),
		mtime: entryTime(process.env.SOURCE_DATE_EPOCH),
		dryRun: argv.dryRun,
		maxSize: argv.maxSize === undefined ? undefined : byteCount(argv.maxSize),
		why: argv.why,
		json: argv.json,
		quiet: argv.quiet,
		isTerminal: process.stderr.isTTY,
	});
}

/** Loaded where there is a list. @throws {DynpkError} USAGE, PERMISSION, IO */
async function listedTargets(argv: ArgumentsCamelCase<PackArguments>): Promise<ListedTargets> {
	const rest = (argv['--'] as readonly string[] | undefined) ?? [];
	const targets = [...argv.targets, ...rest];
	if (!targets.some(target => target.startsWith('@'))) {
		return {targets, places: new Map()};
	}

	const {readTargetLists} = await import('./pack/read-target-lists.js');
	return readTargetLists(targets, workingDirectory());
}

/** @throws {DynpkError} USAGE for an output without a name. */
function packRequest(
	argv: ArgumentsCamelCase<PackArguments>,
	{targets, places}: ListedTargets,
): PackRequest {
	const here = workingDirectory();
	const absolute = (path: string): HostPath => hostPath(posix.resolve(here, path));
	if (argv.output === '') {
		throw new DynpkError('USAGE', '--output names nothing');
	}

	return {
		targets,
		listedAt: places,
		name: argv.name,
		output: argv.output === undefined ? undefined : absolute(argv.output),
		force: argv.force,
		with: argv.with,
		scan: argv.scan,
		traces: argv.trace.map(absolute),
		exclude: argv.exclude,
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
		audit: {mode: argv.audit, allowed: argv.allow, allowedPrograms: argv.allowExec},
		sysroot: absolute(argv.sysroot),
		workingDirectory: hostPath(here),
		searchPath: searchPath(),
		temporaryDirectory: absolute(tmpdir()),
		cache: cacheDirectory(process.env),
		version: VERSION,
	};
}

const units: Readonly<Record<string, number>> = {'': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12};

/** @throws {DynpkError} USAGE for what is no size */
function byteCount(text: string): number {
	const {number = '', unit = ''} =
		/^(?<number>\d+(?:\.\d+)?)(?<unit>[kMGT]?)B?$/u.exec(text)?.groups ?? {};
	if (number === '') {
		throw new DynpkError('USAGE', `--max-size is no size: ${text}`, {
			hint: 'give bytes, or a number with k, M, G or T: 500M',
		});
	}

	return Number(number) * (units[unit] ?? 1);
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

export const packCommand: CommandModule<object, PackArguments> = {
	command: 'pack <targets..>',
	describe: 'Make a bundle of programs',
	builder: build,
	handler: handle,
};
