/**
 * Let long work be stopped between two steps.
 *
 * Files are read and written synchronously, so without a turn of the event loop now and then a
 * signal handler would never run.
 */
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
