/** `dynpk pack`: from targets to a bundle. */
import type {Argv, ArgumentsCamelCase, CommandModule} from 'yargs';
import {libraryPathOptions} from './library-path.js';
import type {PackArguments} from './pack/read-arguments.js';

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
					'where to: a directory, a file ending in .run, .tar, .tar.gz, .tgz or .tar.zst, or - for standard output [NAME-ARCH.tar.gz]',
			},
			form: {
				choices: ['tar', 'tar.gz', 'tar.zst'] as const,
				describe: 'of what goes to standard output [tar.gz]',
			},
			level: {
				type: 'string',
				requiresArg: true,
				describe: 'of compression: 1 to 9 for .tar.gz [6], 1 to 19 for .tar.zst and .run [3]',
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
			verbatim: {
				...each,
				describe: 'a path pattern of files to carry as data, be they programs or libraries',
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
			engine: {
				choices: ['auto', 'none'] as const,
				default: 'auto' as const,
				describe:
					'what programs see: their files at their paths, where they need that; or (none) the host as it is',
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
		.example('$0 pack git -o - | ssh cluster tar -xz', 'no file on the way')
		.example('$0 pack @cluster.list', 'the programs and packages that a file lists')
		.example(
			'$0 pack git --dry-run',
			'what would be packed, and why',
		) as unknown as Argv<PackArguments>;
}

async function handle(argv: ArgumentsCamelCase<PackArguments>): Promise<void> {
	const [{pack}, {readArguments}] = await Promise.all([
		import('./pack/pack.js'),
		import('./pack/read-arguments.js'),
	]);
	await pack(await readArguments(argv));
}

export const packCommand: CommandModule<object, PackArguments> = {
	command: 'pack <targets..>',
	describe: 'Make a bundle of programs',
	builder: build,
	handler: handle,
};
