/** One line of the table: a figure, what it is compared with, and the limit it should keep. */
export interface Result {
	readonly bench:
		'start' | 'closure' | 'pack' | 'memory' | 'paths' | 'installed' | 'prefix' | 'forms' | 'ranks';
	/** What was measured, in words. */
	readonly what: string;
	readonly name: string;
	/** Seconds; of a median run. */
	readonly wall?: number | undefined;
	readonly cpu?: number | undefined;
	/** Of one call, where seconds would be all zeros. */
	readonly microseconds?: number | undefined;
	/** Of the clock, against the reference of the same bench; of the processor for `start`. */
	readonly ratio?: number | undefined;
	readonly mebibytes?: number | undefined;
	readonly runs?: number | undefined;
	readonly note?: string | undefined;
	/** Whether the aim is met; absent for what is no aim. */
	readonly aim?: {readonly text: string; readonly met: boolean} | undefined;
}
