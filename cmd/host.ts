/** `dynpk host`: what kind of machine this is, or a cluster of them, for `inspect --runs-on`. */
import {machine} from 'node:os';
import type {ArgumentsCamelCase, Argv, CommandModule} from 'yargs';
import {workingDirectory} from './working-directory.js';

export interface HostArguments {
	readonly files: readonly string[];
	readonly merge: boolean;
	readonly json: boolean;
	readonly output: string | undefined;
}

function build(argv: Argv): Argv<HostArguments> {
	return argv
		.usage(
			'$0 host [--json] [-o FILE]\n$0 host [-o FILE] FILE... --merge\n\nTell what kind of machine this is: kernel, processor, libraries, file systems, scheduler, MPI, GPU\nand fabric. No program is started. Bundles tell it of other machines: NAME/libexec/dynpk/host and\nNAME.run --dynpk-host.',
		)
		.positional('files', {
			describe: 'what hosts told of themselves, to be merged',
			type: 'string',
			array: true,
			default: [] as string[],
		})
		.options({
			merge: {
				type: 'boolean',
				default: false,
				describe:
					'make one of them that stands for a cluster: of each fact the worst, with those named that differ from most',
			},
			json: {
				type: 'boolean',
				default: false,
				describe: 'print JSON on a terminal, too, where a page is printed',
			},
			output: {
				alias: 'o',
				type: 'string',
				requiresArg: true,
				describe: 'write the JSON to this file',
			},
		})
		.example('$0 host', 'a page about this machine')
		.example('ssh node1 /shared/git/libexec/dynpk/host > node1.json', 'about another')
		.example('$0 host --merge node*.json -o cluster.json', 'about a cluster')
		.example('$0 inspect ./solver --runs-on cluster.json', 'whether it runs there');
}

async function handle(argv: ArgumentsCamelCase<HostArguments>): Promise<void> {
	const {host} = await import('./host/host.js');
	host({
		files: argv.files,
		merge: argv.merge,
		form: argv.json || !process.stdout.isTTY ? 'json' : 'page',
		output: argv.output,
		architecture: machine(),
		environment: process.env,
		workingDirectory: workingDirectory(),
	});
}

export const hostCommand: CommandModule<object, HostArguments> = {
	command: 'host [files..]',
	describe: 'Tell what kind of machine this is, for inspect --runs-on',
	builder: build,
	handler: handle,
};
