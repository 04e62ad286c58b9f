/**
 * Which leftovers of `runs/` nobody works on: those that do not change for 30 seconds by our own clock,
 * the rule by which a start takes a lock over (wrappers/run/lock.c).
 *
 * Whoever unpacks changes the file in his lock each second. All are watched at once.
 */
import {readdirSync} from 'node:fs';
import {setTimeout} from 'node:timers/promises';
import {errnoOf} from '../errors/dynpk-error.js';
import {throwIfStopped} from '../errors/stop-signal.js';
import {hostPath, type HostPath} from '../paths/paths.js';
import {statusOf, type Leftovers} from './read-place.js';

/** In milliseconds; that of lock.c. */
export const SILENCE = 30_000;
const PAUSE = 500;

export interface Watching {
	readonly silence: number;
	readonly signal: AbortSignal | undefined;
}

export async function watchLeftovers(
	all: readonly Leftovers[],
	{silence, signal}: Watching,
): Promise<readonly Leftovers[]> {
	const seen = new Map(all.map(leftovers => [leftovers, seeLeftovers(leftovers)]));
	const since = performance.now();
	while (seen.size > 0 && performance.now() - since < silence) {
		await setTimeout(Math.min(PAUSE, silence));
		throwIfStopped(signal);
		for (const [leftovers, before] of seen) {
			if (seeLeftovers(leftovers) !== before) {
				seen.delete(leftovers);
			}
		}
	}

	return [...seen.keys()];
}

/** One line that differs for any two states of them: of each name, and of what lies in it. */
function seeLeftovers({directory, names}: Leftovers): string {
	return names
		.flatMap(name => {
			const path = hostPath(`${directory}/${name}`);
			const inner = namesIn(path);
			return [path, ...inner.map(below => hostPath(`${path}/${below}`))].map(seen => {
				const status = statusOf(seen);
				return `${seen} ${status?.ino} ${status?.size} ${status?.mtimeMs} ${status?.ctimeMs}`;
			});
		})
		.join('\n');
}

function namesIn(path: HostPath): readonly string[] {
	try {
		return readdirSync(path).sort();
	} catch (error) {
		// No directory, or gone.
		if (errnoOf(error) === undefined) {
			throw error;
		}
		return [];
	}
}
