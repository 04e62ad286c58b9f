/** A package manager's own program, asked for what it has on record: once, briefly, and as this machine has it. */
import {spawnSync} from 'node:child_process';
import {errnoOf} from '../errors/dynpk-error.js';

export interface ManagerAnswer {
	/** Ended as it should, within the time there is. */
	readonly isWhole: boolean;
	readonly stdout: string;
	/** What it said besides, or why it was ended. */
	readonly said: string;
}

/** Far more than any takes over its database, and an end where one hangs. */
const SECONDS = 60;
/** Large enough for the file lists of a whole distribution. */
const OUTPUT_LIMIT = 1 << 30;

/** `undefined` where there is no such program. */
export function askManager(
	program: string,
	args: readonly string[],
	encoding: 'utf8' | 'latin1',
): ManagerAnswer | undefined {
	const {error, status, stdout, stderr} = spawnSync(program, args, {
		encoding: 'buffer',
		env: {LC_ALL: 'C', PATH: '/usr/bin:/bin:/usr/local/bin'},
		maxBuffer: OUTPUT_LIMIT,
		timeout: SECONDS * 1000,
		// Package managers keep other signals waiting while they have a database open.
		killSignal: 'SIGKILL',
	});
	const errno = errnoOf(error);
	if (errno === 'ENOENT') {
		return undefined;
	}

	const why = errno === 'ETIMEDOUT' ? `no answer within ${SECONDS} seconds` : error?.message;
	const words = (stderr as Buffer | null)?.toString('utf8') ?? '';
	return {
		isWhole: error === undefined && status === 0,
		stdout: (stdout as Buffer | null)?.toString(encoding) ?? '',
		said: [words.trim(), ...(why === undefined ? [] : [why])].join('\n'),
	};
}
