/** The two functions by which yargs checks itself: Node's `assert`, which can do much more, takes a tenth of its start to load. */
export function strictEqual(actual: unknown, expected: unknown): void {
	if (!Object.is(actual, expected)) {
		throw new TypeError(`yargs: ${String(actual)} is not ${String(expected)}`);
	}
}

export function notStrictEqual(actual: unknown, unexpected: unknown, message?: string): void {
	if (Object.is(actual, unexpected)) {
		throw new TypeError(message ?? `yargs: ${String(actual)} where it cannot be`);
	}
}
