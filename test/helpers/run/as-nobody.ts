/** Root may read everything, and refusals can only be seen by somebody who may not. */

/** The user and group that own nothing. */
export const NOBODY = 65_534;

/** Ask synchronously as nobody, where this process may choose: nothing else runs meanwhile. */
export function asNobody<T>(ask: () => T): T {
	if (process.geteuid?.() !== 0) {
		return ask();
	}

	process.setegid?.(NOBODY);
	process.seteuid?.(NOBODY);
	try {
		return ask();
	} finally {
		process.seteuid?.(0);
		process.setegid?.(0);
	}
}
