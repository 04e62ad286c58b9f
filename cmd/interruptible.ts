/**
 * Work that clears up after itself when a signal stops it.
 *
 * The first signal is an abort, which the work meets at its next step. A second one of the same kind
 * ends us at once.
 */

/** What a user, a terminal or a job scheduler sends to be rid of a program. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Run `work` with a signal that is aborted when this process is told to end; only for so long. */
export async function interruptibly<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
	const abort = new AbortController();
	const interrupt = (): void => abort.abort();
	for (const ending of endings) {
		process.once(ending, interrupt);
	}

	try {
		return await work(abort.signal);
	} finally {
		for (const ending of endings) {
			process.off(ending, interrupt);
		}
	}
}
