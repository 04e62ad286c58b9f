/** How a program ended, or why it did not start. */
export type ProgramOutcome =
	| {readonly kind: 'exited'; readonly status: number}
	| {readonly kind: 'signalled'; readonly signal: NodeJS.Signals}
	/** 127: there is no such program; 126: there is, but it cannot be started. */
	| {
			readonly kind: 'not-started';
			readonly status: 126 | 127;
			readonly reason: string;
			readonly hint?: string;
	  };
