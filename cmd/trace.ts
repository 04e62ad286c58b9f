/** `dynpk trace`: run a program here and write down what it uses, for `dynpk pack --trace`. */
import type {ArgumentsCamelCase, Argv, CommandModule} from 'yargs';
import {workingDirectory} from './working-directory.js';

export interface TraceArguments {
	readonly output: string;
	readonly quiet: boolean;
}

function build(argv: Argv): Argv<TraceArguments> {
	return argv
		.usage(
			'$0 trace -o FILE COMMAND [ARGS...]\n\nRun a command on this machine and write down every library it loads, file it reads and program\nit starts. Its exit status is that of the command, and so are all words behind it.',
		)
		.options({
			output: {
				alias: 'o',
				type: 'string',
				requiresArg: true,
				demandOption: true,
				describe: 'the file to write, for dynpk pack',
			},
			quiet: {alias: 'q', type: 'boolean', default: false, describe: 'say nothing but faults'},
		})
		.example('$0 trace -o svg.trace convert in.svg out.png', 'what convert needs for SVG')
		.example('$0 pack convert --scope closure --trace svg.trace', 'and a bundle of just that');
}

async function handle(argv: ArgumentsCamelCase<TraceArguments>): Promise<void> {
	const {trace} = await import('./trace/trace.js');
	await trace({
		output: argv.output,
		quiet: argv.quiet,
		command: (argv['--'] as readonly string[] | undefined) ?? [],
		env: process.env,
		workingDirectory: workingDirectory(),
	});
}

export const traceCommand: CommandModule<object, TraceArguments> = {
	command: 'trace',
	describe: 'Run a program and write down what it uses, for pack --trace',
	builder: build,
	handler: handle,
};
