/** `dynpk run`: start a program of a bundle, packed or unpacked. */
import type {ArgumentsCamelCase, Argv, CommandModule} from 'yargs';
import {workingDirectory} from './working-directory.js';

export interface RunArguments {
	readonly words: readonly string[];
	readonly cache: string | undefined;
	readonly engine: string | undefined;
	readonly explain: boolean;
	readonly audit: string | undefined;
	readonly allow: readonly string[];
	readonly allowExec: readonly string[];
}

function build(argv: Argv): Argv<RunArguments> {
	return argv
		.usage(
			'$0 run [OPTIONS] BUNDLE [PROGRAM [ARGS...]]\n\nStart a program of a bundle; its first one when none is named.\nEverything behind PROGRAM is the program’s own.',
		)
		.positional('words', {type: 'string', array: true, default: [] as string[], hidden: true})
		.options({
			cache: {
				type: 'string',
				requiresArg: true,
				describe: 'where archives are unpacked, once [$XDG_CACHE_HOME/dynpk or ~/.cache/dynpk]',
			},
			engine: {
				choices: ['auto', 'direct', 'shim', 'userns'],
				requiresArg: true,
				describe: 'how the program sees the bundle’s files at their own paths [auto]',
			},
			explain: {
				type: 'boolean',
				default: false,
				describe: 'start nothing: tell which engine it would be, why, and what this host offers',
			},
			audit: {
				type: 'string',
				requiresArg: true,
				describe:
					'off, warn, enforce or record[:FILE]: watch for libraries, programs and files from outside the bundle [as packed]',
			},
			allow: {
				type: 'string',
				array: true,
				nargs: 1,
				default: [] as string[],
				describe: 'a pattern of host libraries that the audit lets in',
			},
			'allow-exec': {
				type: 'string',
				array: true,
				nargs: 1,
				default: [] as string[],
				describe: 'a pattern of host programs that may start under --audit=enforce',
			},
		})
		.example('$0 run git-x86_64.tar.gz', 'its entry program')
		.example('dynpk pack jq -o - | ssh HOST dynpk run -', 'an archive by standard input')
		.example('$0 run imagemagick/ convert in.png out.jpg', 'another program, with arguments')
		.example('$0 run --engine=userns git/ git log', 'in a namespace that shows the bundle’s files')
		.example('$0 run --explain git/', 'which engine git gets here, and why')
		.example(
			'$0 run --audit=enforce git/ git log',
			'keep out what is not of the bundle',
		) as unknown as Argv<RunArguments>;
}

async function handle(argv: ArgumentsCamelCase<RunArguments>): Promise<void> {
	const {run} = await import('./run/run.js');
	const rest = (argv['--'] as readonly string[] | undefined) ?? [];
	await run({
		words: [...argv.words, ...rest],
		cache: argv.cache,
		engine: argv.engine,
		explain: argv.explain,
		audit: argv.audit,
		allow: argv.allow,
		allowExec: argv.allowExec,
		env: process.env,
		workingDirectory: workingDirectory(),
	});
}

export const runCommand: CommandModule<object, RunArguments> = {
	command: 'run [words..]',
	describe: 'Run a program of a bundle',
	builder: build,
	handler: handle,
};
