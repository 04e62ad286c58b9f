/** `dynpk cache`: what is unpacked here, and making room. */
import type {ArgumentsCamelCase, Argv, CommandModule} from 'yargs';
import type {CacheAction} from './cache/read-arguments.js';
import {workingDirectory} from './working-directory.js';

const actions = ['list', 'gc', 'clear'] as const satisfies readonly CacheAction[];

export interface CacheArguments {
	readonly action: CacheAction;
	readonly cache: string | undefined;
	readonly unused: string | undefined;
	readonly maxSize: string | undefined;
	readonly dryRun: boolean;
	readonly json: boolean;
}

function build(argv: Argv): Argv<CacheArguments> {
	return argv
		.usage(
			'$0 cache list|gc|clear [OPTIONS]\n\nList the bundles that .run files and dynpk run have unpacked here, or remove those that nobody uses.',
		)
		.positional('action', {
			describe: 'list them; gc: remove what was not used for long; clear: remove all',
			choices: actions,
			demandOption: true,
		})
		.options({
			cache: {
				type: 'string',
				requiresArg: true,
				describe: 'the one cache to look at [every place where there may be one]',
			},
			unused: {
				type: 'string',
				requiresArg: true,
				describe: 'gc: remove what was not used for 12h, 30d or 8w, say [30d]',
			},
			'max-size': {
				type: 'string',
				requiresArg: true,
				describe: 'gc: then what was used longest ago, until the rest has 10G, say',
			},
			'dry-run': {
				type: 'boolean',
				default: false,
				describe: 'gc, clear: remove nothing, and tell what would be',
			},
			json: {type: 'boolean', default: false, describe: 'list: print it as JSON'},
		})
		.example('$0 cache list', 'name, size, last use and place of each')
		.example('$0 cache gc --max-size 10G', 'a line for a crontab')
		.example(
			'$0 cache clear --dry-run',
			'what could go, and what is in use',
		) as unknown as Argv<CacheArguments>;
}

async function handle(argv: ArgumentsCamelCase<CacheArguments>): Promise<void> {
	const {cache} = await import('./cache/cache.js');
	await cache({
		action: argv.action,
		cache: argv.cache,
		unused: argv.unused,
		maxSize: argv.maxSize,
		isDry: argv.dryRun,
		json: argv.json,
		env: process.env,
		workingDirectory: workingDirectory(),
	});
}

export const cacheCommand: CommandModule<object, CacheArguments> = {
	command: 'cache <action>',
	describe: 'List what is unpacked here, and make room',
	builder: build,
	handler: handle,
};
