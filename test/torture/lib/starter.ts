/** Programs started by a small process (starter.c), one after the other. */
import {HANG_SECONDS} from './format.js';
import {openHelperProcess, settingsOf, type Answer} from './helper-process.js';

export interface Ended {
	/** -1 where a signal ended it; 126 where the kernel did not start it. */
	readonly status: number;
	readonly signal: number;
	readonly isLate: boolean;
	readonly stdout: string;
	readonly stderr: string;
}

export type Starter = (
	env: Readonly<Record<string, string>>,
	words: readonly string[],
) => Promise<Ended>;

export async function openStarter(): Promise<Starter> {
	const ask = await openHelperProcess('starter.c', 2);
	return async (env, words) => endedOf(await ask([HANG_SECONDS - 1, ...settingsOf(env), ...words]));
}

export function endedOf({numbers, texts}: Answer): Ended {
	const [status = 0, signal = 0, late = 0] = numbers;
	const [stdout = '', stderr = ''] = texts;
	return {status, signal, isLate: late === 1, stdout, stderr};
}
