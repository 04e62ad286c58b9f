/** The command line: which commands there are, and how a fault becomes text and a status. */
import yargs from 'yargs';
import {completionCommand} from './completion.js';
import {inspectCommand} from './inspect.js';
import {keepLastValues} from './keep-last-values.js';
import {packCommand} from './pack.js';
import {reportFault, UsageError} from './report-fault.js';
import {separateProgram} from './run/separate-program.js';
import {runCommand} from './run.js';
import {traceCommand} from './trace.js';
import {verifyCommand} from './verify.js';
import {watchStandardStreams} from './standard-streams.js';
import {VERSION} from './version.js';
import {workingDirectory} from './working-directory.js';

const HELP_WIDTH = 100;

/** Do what `words` ask; the exit status is left in `process.exitCode`. */
export async function main(words: readonly string[]): Promise<void> {
	watchStandardStreams();
	// Where nobody waits for what went wrong.
	process.on('uncaughtException', error =>
		process.exit(reportFault(error, text => process.stderr.write(text))),
	);
	try {
		await parse(separateProgram(words));
	} catch (error) {
		process.exitCode = reportFault(error, text => process.stderr.write(text));
	}
}

async function parse(words: readonly string[]): Promise<void> {
	// yargs lays out the help of a command at every start, and half of that time is folding lines.
	const isHelpAsked = words.some(word => word === '-h' || word === '--help');
	await yargs(words, workingDirectory())
		.scriptName('dynpk')
		.locale('en')
		.usage(
			'$0 COMMAND\n\nPack Linux programs with their libraries and their loader, and run them on hosts that have neither.',
		)
		.command(packCommand)
		.command(runCommand)
		.command(inspectCommand)
		.command(verifyCommand)
		.command(traceCommand)
		.command(completionCommand)
		.demandCommand(1, 1, 'name a command: pack, run, inspect, verify or trace')
		.recommendCommands()
		.strict()
		.middleware(keepLastValues, true)
		.parserConfiguration({
			'boolean-negation': false,
			'camel-case-expansion': true,
			'populate--': true,
			'halt-at-non-option': false,
			'parse-positional-numbers': false,
		})
		.version(VERSION)
		.alias('h', 'help')
		.wrap(isHelpAsked ? HELP_WIDTH : null)
		.epilogue(
			'Exit status: 0 done, 1 done with findings, 2 usage, 3 bad input, 4 incomplete, 5 not supported,\n6 the machine said no, 70 a bug in dynpk. Manual: docs/ in the source tree.',
		)
		.exitProcess(false)
		.fail((message: string | null, error: Error | undefined) => {
			throw error ?? new UsageError(message ?? 'wrong usage');
		})
		.parseAsync();
}
