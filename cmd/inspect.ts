/** `dynpk inspect`: what a program, an object, a package file or a bundle consists of, and why. */
import type {ArgumentsCamelCase, Argv, CommandModule} from 'yargs';
import type {HostPath} from '../lib/paths/paths.js';
import {cacheDirectory} from './cache-directory.js';
import {interruptibly} from './interruptible.js';
import {libraryPath, libraryPathOptions} from './library-path.js';
import {searchPath} from './search-path.js';
import {isStandardInput, STANDARD_INPUT} from './standard-streams.js';
import {temporaryPlaces} from './temporary-places.js';
import {workingDirectory} from './working-directory.js';

export interface InspectArguments {
	readonly path: string;
	readonly why: string | undefined;
	readonly packages: boolean;
	readonly suspects: boolean;
	readonly runsOn: string | undefined;
	readonly libraryPath: readonly string[];
	readonly noLibraryPath: boolean;
	readonly sysroot: string;
	readonly json: boolean;
}

function build(argv: Argv): Argv<InspectArguments> {
	return argv
		.positional('path', {
			describe:
				'a program (by name or path), a shared object, a package file, or a bundle, packed or unpacked; with --runs-on also any directory; - for an archive by standard input',
			type: 'string',
			demandOption: true,
		})
		.options({
			why: {
				type: 'string',
				requiresArg: true,
				describe:
					'tell which chain of requests leads to this soname or path, or why this package (deb:NAME) or file is in a bundle',
			},
			packages: {
				type: 'boolean',
				default: false,
				describe: 'tell how much of a bundle each package is, the largest first',
			},
			suspects: {
				type: 'boolean',
				default: false,
				describe:
					'tell what programs name by a path compiled in and pack would leave behind, with who names it',
			},
			'runs-on': {
				type: 'string',
				describe:
					'tell which releases of distributions have what it needs, and what others lack; or of one (debian-11), of this machine (this) or of one that told of itself (host.json, see dynpk help host), with status 0 or 1',
			},
			...libraryPathOptions,
			sysroot: {
				type: 'string',
				requiresArg: true,
				default: '/',
				describe: 'resolve inside this root directory',
			},
			json: {type: 'boolean', default: false, describe: 'print the result as JSON'},
		})
		.example('$0 inspect git', 'the libraries git loads, and the rule that found each')
		.example('$0 inspect git --why libz.so.1', 'who asks for zlib')
		.example('$0 inspect tool-1.0-1.x86_64.rpm', 'what a package needs, offers and brings')
		.example('$0 inspect ./solver --runs-on', 'the oldest release of each distribution')
		.example('$0 inspect venv/ --runs-on el8', 'whether all that lies in it does')
		.example('ssh HOST cat git.tar.gz | $0 inspect -', 'without a file')
		.example('$0 inspect ipython3-x86_64.tar.gz', 'the same of a bundle, with its packages')
		.example(
			'$0 inspect ipython3/ --packages',
			'what makes it that large',
		) as unknown as Argv<InspectArguments>;
}

async function handle(argv: ArgumentsCamelCase<InspectArguments>): Promise<void> {
	const {inspect} = await import('./inspect/inspect.js');
	const inspection = {
		why: argv.why,
		packages: argv.packages,
		suspects: argv.suspects,
		runsOn: argv.runsOn,
		json: argv.json,
		sysroot: argv.sysroot,
		libraryPath: libraryPath(argv),
		workingDirectory: workingDirectory(),
		searchPath: searchPath(),
		cache: cacheDirectory(process.env),
	};
	const {path} = argv;
	process.stdout.write(
		isStandardInput(path)
			? await received(place => inspect({...inspection, path: place}))
			: await inspect({...inspection, path}),
	);
}

/** What takes no signal elsewhere, has something to clear up here. */
async function received(use: (path: HostPath) => Promise<string>): Promise<string> {
	const {withBundle} = await import('./with-bundle.js');
	const temporary = temporaryPlaces(process.env);
	return interruptibly(signal =>
		withBundle(STANDARD_INPUT, {workingDirectory: workingDirectory(), temporary, signal}, use),
	);
}

export const inspectCommand: CommandModule<object, InspectArguments> = {
	command: 'inspect <path>',
	describe: 'Show what a program or a bundle consists of, and why',
	builder: build,
	handler: handle,
};
