/**
 * Where bytes go next: a file, a compressor in front of a file.
 *
 * `write` returns a promise only when the caller has to wait; that is the whole back-pressure.
 * After a failure, or instead of `end`, `abort` lets go of what the sink holds.
 */
export interface ByteSink {
	/** The bytes may still be looked at until the returned promise is settled. */
	write(bytes: Uint8Array): Promise<void> | undefined;
	end(): Promise<void>;
	abort(): void;
}
