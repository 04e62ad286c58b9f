/** Starts of the tiny bundle, of which one call is met. */
import {dirname} from 'node:path';
import {HANG_SECONDS} from './format.js';
import type {InjectedEnd, InjectedStart, Injector} from './injector.js';
import type {StartedBundle} from './start-bundle.js';

/** Ways to start: the engine, and what the audit stub does. */
const ways = [
	{DYNPK_ENGINE: 'shim'},
	{DYNPK_ENGINE: 'userns'},
	{DYNPK_ENGINE: 'shim', DYNPK_AUDIT: 'enforce'},
	{DYNPK_ENGINE: 'direct'},
] as const;

export interface CountedStart {
	readonly env: Readonly<Record<string, string>>;
	/** How many calls it makes, with those of all processes that come of it. */
	readonly calls: number;
}

export async function startBy(
	injector: Injector,
	{top, launcher, place}: StartedBundle,
	env: Readonly<Record<string, string>>,
	met: Pick<InjectedStart, 'at' | 'error' | 'signal'> = {},
): Promise<InjectedEnd> {
	return injector({
		words: [`${top}/${launcher}`, place],
		env,
		directory: '/',
		place: dirname(top),
		countsAll: true,
		followsChildren: true,
		seconds: HANG_SECONDS - 1,
		...met,
	});
}

/** Each way once, as it should be. */
export async function countStarts(
	injector: Injector,
	bundle: StartedBundle,
): Promise<readonly CountedStart[]> {
	const counted: CountedStart[] = [];
	for (const env of ways) {
		const end = await startBy(injector, bundle, env);
		if (end.status !== 0 || end.stderr !== '') throw new Error(JSON.stringify(end));
		counted.push({env, calls: end.calls});
	}

	return counted;
}
