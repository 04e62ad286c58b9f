/**
 * The completion script for a shell: it holds all commands and options, and finds programs, files and
 * packages by the shell's own means. Nothing of dynpk is started when a word is completed.
 */
import type {CommandModule} from 'yargs';
import {cacheCommand} from '../cache.js';
import {helpCommand} from '../help.js';
import {hostCommand} from '../host.js';
import {inspectCommand} from '../inspect.js';
import {packCommand} from '../pack.js';
import {runCommand} from '../run.js';
import {traceCommand} from '../trace.js';
import {verifyCommand} from '../verify.js';
import {bashScript} from './bash-script.js';
import {commandFacts} from './command-facts.js';
import {fishScript} from './fish-script.js';
import {zshScript} from './zsh-script.js';

const scripts = {bash: bashScript, zsh: zshScript, fish: fishScript};

/** `own` is the command that prints it, which imports this module. */
export function completionScript<T>(
	shell: keyof typeof scripts,
	own: CommandModule<object, T>,
): string {
	return scripts[shell]([
		commandFacts(packCommand),
		commandFacts(runCommand),
		commandFacts(inspectCommand),
		commandFacts(verifyCommand),
		commandFacts(traceCommand),
		commandFacts(hostCommand),
		commandFacts(cacheCommand),
		commandFacts(own),
		commandFacts(helpCommand),
	]);
}
