/** Clear up when the work is done: what could not be removed is worth a word, and changes nothing else. */
export function removeQuietly(
	remove: (() => void) | undefined,
	notice: (sentence: string) => void,
): void {
	try {
		remove?.();
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		notice(`cannot remove the temporary directory: ${reason}`);
	}
}
