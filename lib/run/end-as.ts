/**
 * End this process the way a program ended, so that whoever waits for us sees no difference.
 */
import {constants} from 'node:os';
import type {ProgramOutcome} from './program-outcome.js';

/** Exit with its status, or die of its signal. */
export function endAs(outcome: ProgramOutcome): never {
	if (outcome.kind !== 'signalled') {
		process.exit(outcome.status);
	}
	const {signal} = outcome;
	if (signal !== 'SIGKILL' && signal !== 'SIGSTOP') {
		// Node.js ignores SIGPIPE and catches SIGUSR1; a listener come and gone leaves the default.
		const listener = (): void => undefined;
		process.removeAllListeners(signal).on(signal, listener).off(signal, listener);
	}

	process.kill(process.pid, signal);
	// For a signal that does not end a process after all: what a shell makes of it.
	process.exit(128 + constants.signals[signal]);
}
