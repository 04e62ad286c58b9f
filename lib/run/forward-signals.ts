/**
 * Pass on to a child what is sent to us, as if it were we.
 *
 * What the terminal sends, it sends to the whole foreground process group, the child included; to
 * pass that on would deliver it twice. So the signals a terminal makes are passed on only when we are
 * not in its foreground.
 */
import {readFileSync} from 'node:fs';
import type {ChildProcess} from 'node:child_process';

const alwaysForwarded = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGCONT'] as const;
const madeByTerminals = ['SIGINT', 'SIGQUIT', 'SIGWINCH'] as const;

export interface SignalForwarding {
	/** To be called in the turn of the event loop in which the handlers were installed. */
	to(child: ChildProcess): void;
	stop(): void;
}

/**
 * Install the handlers, before the child is started: one that comes a moment after it would let an early
 * signal end us alone. Handlers run in a later turn of the event loop, when `to` has been called.
 */
export function forwardSignals(): SignalForwarding {
	let child: ChildProcess | undefined;
	const installed = new Map<NodeJS.Signals, () => void>();
	const on = (signal: NodeJS.Signals, act: () => void): void => {
		installed.set(signal, act);
		process.on(signal, act);
	};

	for (const signal of alwaysForwarded) {
		on(signal, () => void child?.kill(signal));
	}
	for (const signal of madeByTerminals) {
		on(signal, () => {
			if (!isInForeground()) {
				child?.kill(signal);
			}
		});
	}

	on('SIGTSTP', () => {
		if (!isInForeground()) {
			child?.kill('SIGTSTP');
		}
		// A shell has to see its job stopped; SIGCONT wakes both.
		process.kill(process.pid, 'SIGSTOP');
	});
	return {
		to(started) {
			child = started;
		},
		stop() {
			for (const [signal, act] of installed) {
				process.off(signal, act);
			}
		},
	};
}

/**
 * proc(5), /proc/PID/stat: behind the name in brackets state, ppid, pgrp, session, tty_nr, tpgid. Without
 * /proc we take ourselves for what most commands are: started from a terminal.
 */
function isInForeground(): boolean {
	let stat: string;
	try {
		stat = readFileSync('/proc/self/stat', 'latin1');
	} catch {
		return true;
	}

	const [, , group, , terminal, foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return terminal !== '0' && group === foreground;
}
