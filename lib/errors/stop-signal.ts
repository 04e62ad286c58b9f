/**
 * Let long work be stopped between two steps.
 *
 * Files are read and written synchronously, so without a turn of the event loop now and then a
 * signal handler would never run.
 */
import {setImmediate as onNextTurn} from 'node:timers';
import {setImmediate} from 'node:timers/promises';
import {DynpkError} from './dynpk-error.js';

const BYTES_BETWEEN_TURNS = 8 << 20;
const STEPS_BETWEEN_TURNS = 64;

/** How work is stopped that makes what has to be cleared up, now and then. */
export interface Stopping {
	readonly signal: AbortSignal;
	/** Run a part that makes nothing: meanwhile a signal ends this process, as it would any other. */
	readonly atOnce: <T>(part: () => Promise<T>) => Promise<T>;
}

/** What a user, a terminal or a job scheduler sends to be rid of a program. */
export const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Run a part that makes something for a moment; a signal that would end this process meanwhile does so
 * once it is over.
 *
 * Handlers run between turns of the event loop, so one that a signal has met is called when this has
 * returned. A signal may lie behind what this turn still has to do: two turns see all of them.
 */
export function holdingSignals<T>(part: () => T): T {
	held += 1;
	if (held === 1) {
		endings.forEach(ending => process.once(ending, raiseAgain));
	}
	try {
		return part();
	} finally {
		onNextTurn(() => onNextTurn(letGo));
	}
}

/** Parts that begin before the handlers of the last one are gone share them. */
let held = 0;

function letGo(): void {
	held -= 1;
	if (held === 0) {
		endings.forEach(ending => process.off(ending, raiseAgain));
	}
}

function raiseAgain(ending: NodeJS.Signals): void {
	if (process.listenerCount(ending) === 0) {
		process.kill(process.pid, ending);
	}
}

/** Called with the size of each step; resolves at once, or after a turn of the event loop. */
export type StopCheck = (bytes: number) => Promise<void> | undefined;

/** @throws {DynpkError} INTERRUPTED, from the returned function, once the signal is aborted */
export function makeStopCheck(signal: AbortSignal | undefined): StopCheck {
	let bytes = 0;
	let steps = 0;

	return size => {
		throwIfStopped(signal);
		bytes += size;
		steps += 1;
		if (bytes < BYTES_BETWEEN_TURNS && steps < STEPS_BETWEEN_TURNS) {
			return undefined;
		}
		bytes = 0;
		steps = 0;
		return lookAtSignal(signal);
	};
}

/** Take a turn of the event loop, in which signals are heard. @throws {DynpkError} INTERRUPTED */
export async function lookAtSignal(signal: AbortSignal | undefined): Promise<void> {
	await setImmediate();
	throwIfStopped(signal);
}

/** @throws {DynpkError} INTERRUPTED */
export function throwIfStopped(signal: AbortSignal | undefined): void {
	if (signal?.aborted === true) {
		throw new DynpkError('INTERRUPTED', 'interrupted', {cause: signal.reason});
	}
}
