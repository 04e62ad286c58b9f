/** `dynpk verify`: is this bundle whole, complete, isolated, and fit for this host? */
import type {ArgumentsCamelCase, Argv, CommandModule} from 'yargs';
import {workingDirectory} from './working-directory.js';

export interface VerifyArguments {
	readonly bundle: string;
	readonly static: boolean;
	readonly run: boolean;
	readonly json: boolean;
}

function build(argv: Argv): Argv<VerifyArguments> {
	return argv
		.usage(
			'$0 verify BUNDLE [OPTIONS]\n$0 verify BUNDLE --run -- PROGRAM [ARGS...]\n\nCheck that a bundle is whole, complete, isolated, and fit for this host.',
		)
		.positional('bundle', {
			describe: 'a bundle, packed or unpacked; - for an archive by standard input',
			type: 'string',
			demandOption: true,
		})
		.options({
			static: {
				type: 'boolean',
				default: false,
				describe: 'start nothing, not even the bundled loader',
			},
			run: {
				type: 'boolean',
				default: false,
				describe:
					'run a program besides and report each library, program and file it takes from outside; findings go to stderr',
			},
			json: {type: 'boolean', default: false, describe: 'print the findings as JSON'},
		})
		.example('$0 verify git/', 'digests, modes, completeness, isolation, this host')
		.example('$0 verify git/ --static', 'the part of it that starts nothing')
		.example('$0 verify git/ --run -- git log', 'and what git log really loads');
}

async function handle(argv: ArgumentsCamelCase<VerifyArguments>): Promise<void> {
	const {verify} = await import('./verify/verify.js');
	await verify({
		bundle: argv.bundle,
		isStatic: argv.static,
		json: argv.json,
		run: argv.run ? ((argv['--'] as readonly string[] | undefined) ?? []) : undefined,
		env: process.env,
		workingDirectory: workingDirectory(),
	});
}

export const verifyCommand: CommandModule<object, VerifyArguments> = {
	command: 'verify <bundle>',
	describe: 'Check that a bundle is whole, complete, isolated, and fit for this host',
	builder: build,
	handler: handle,
};
