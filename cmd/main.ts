/** The command line: which commands there are, and how a fault becomes text and a status. */
import yargs, {type CommandModule} from 'yargs';
import type {DynpkError} from '../lib/errors/dynpk-error.js';
import {cacheCommand} from './cache.js';
import {completionCommand} from './completion.js';
import {helpCommand, wordsOfHelp} from './help.js';
import {hostCommand} from './host.js';
import {inspectCommand} from './inspect.js';
import {keepLastValues} from './keep-last-values.js';
import {packCommand} from './pack.js';
import {reportFault} from './report-fault.js';
import {runCommand} from './run.js';
import {separateCommand} from './separate-command.js';
import {traceCommand} from './trace.js';
import {verifyCommand} from './verify.js';
import {watchStandardStreams} from './standard-streams.js';
import {VERSION} from './version.js';
import {workingDirectory} from './working-directory.js';

const HELP_WIDTH = 100;

const commands = [
	packCommand,
	runCommand,
	inspectCommand,
	verifyCommand,
	traceCommand,
	hostCommand,
	cacheCommand,
	completionCommand,
	helpCommand,
] as readonly CommandModule<object, never>[];

/** What yargs refuses: an unknown option, a missing value. */
class UsageError extends Error {}

/** Do what `words` ask; the exit status is left in `process.exitCode`. */
export async function main(words: readonly string[]): Promise<void> {
	watchStandardStreams();
	// Where nobody waits for what went wrong.
	process.on('uncaughtException', error =>
		process.exit(reportFault(error, text => process.stderr.write(text))),
	);
	process.once('beforeExit', reportStandstill);
	try {
		await parse(separateCommand(wordsOfHelp(words)));
	} catch (error) {
		const fault = isObjection(error) ? await explained(error, words) : error;
		process.exitCode = reportFault(fault, text => process.stderr.write(text));
	}

	process.off('beforeExit', reportStandstill);
}

/** Where nothing is left to happen, and what was asked for has not: Node would end as if it had. */
function reportStandstill(): void {
	const fault = new Error('dynpk waits for what never comes');
	process.exitCode = reportFault(fault, text => process.stderr.write(text));
}

function isObjection(error: unknown): error is Error {
	return error instanceof UsageError || (error instanceof Error && error.name === 'YError');
}

async function explained({message}: Error, words: readonly string[]): Promise<DynpkError> {
	const {explainUsage} = await import('./explain-usage.js');
	return explainUsage(message, {words, commands});
}

async function parse(words: readonly string[]): Promise<void> {
	// yargs lays out the help of a command at every start, and half of that time is folding lines.
	const isHelpAsked = words.some(word => word === '-h' || word === '--help');
	const parser = yargs(words, workingDirectory());
	for (const command of commands) {
		parser.command(command);
	}

	await parser
		.scriptName('dynpk')
		.locale('en')
		.usage(
			'$0 COMMAND\n\nPack Linux programs with their libraries and their loader, and run them on hosts that have neither.',
		)
		.demandCommand(1, 1)
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
