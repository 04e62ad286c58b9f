/**
 * Work that clears up after itself when a signal stops it.
 *
 * The first signal is an abort, which the work meets at its next step. A second one of the same kind
 * ends us at once, and so does any in a part of the work that makes nothing: such parts are long and
 * take no steps.
 */
import {endings, lookAtSignal, type Stopping} from '../lib/errors/stop-signal.js';

/** Run a part whose own handlers take the signals, those of a program that is run. */
export type HandOver = <T>(part: () => Promise<T>) => Promise<T>;

/** Run `work` with a signal that is aborted when this process is told to end; only for so long. */
export async function interruptibly<T>(
	work: (signal: AbortSignal, atOnce: Stopping['atOnce'], handOver: HandOver) => Promise<T>,
): Promise<T> {
	const abort = new AbortController();
	let isHandedOver = false;
	const interrupt = (ending: NodeJS.Signals): void => {
		if (isHandedOver) {
			process.once(ending, interrupt);
		} else {
			abort.abort();
		}
	};
	const listen = (): void => endings.forEach(ending => process.once(ending, interrupt));
	const ignore = (): void => endings.forEach(ending => process.off(ending, interrupt));
	listen();
	try {
		const atOnce: Stopping['atOnce'] = async part => {
			// What came before would not be heard any more.
			await lookAtSignal(abort.signal);
			ignore();
			try {
				return await part();
			} finally {
				listen();
			}
		};
		const handOver: HandOver = async part => {
			await lookAtSignal(abort.signal);
			isHandedOver = true;
			try {
				return await part();
			} finally {
				isHandedOver = false;
			}
		};
		return await work(abort.signal, atOnce, handOver);
	} finally {
		ignore();
	}
}
