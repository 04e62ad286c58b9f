/** From the words behind `cache` to a list, or to more room. */
import {posix} from 'node:path';
import {cachePlaces, type CachePlace} from '../../lib/cache/cache-places.js';
import {forgetDigests} from '../../lib/cache/forget-digests.js';
import {makeRoom, type Outcome} from '../../lib/cache/make-room.js';
import {bytesOf} from '../../lib/cache/measure-tree.js';
import {surveyPlaces} from '../../lib/cache/survey.js';
import {GRACE} from '../../lib/cache/take-trees.js';
import {SILENCE} from '../../lib/cache/watch-leftovers.js';
import {sanitise} from '../../lib/errors/sanitise.js';
import {hostPath} from '../../lib/paths/paths.js';
import {interruptibly} from '../interruptible.js';
import {notice} from '../notice.js';
import {readLimits, type CacheWords} from './read-arguments.js';
import {align, cellsOf, countOf, megabytes, renderList, sizeOf} from './render-list.js';

export interface CacheCommandLine extends CacheWords {
	readonly cache: string | undefined;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly workingDirectory: string;
}

/** @throws {DynpkError} USAGE, INTERRUPTED */
export async function cache(commandLine: CacheCommandLine): Promise<void> {
	const limits = readLimits(commandLine);
	const {action, isDry} = commandLine;
	const surveys = surveyPlaces(placesOf(commandLine));
	if (action === 'list') {
		process.stdout.write(renderList(surveys, commandLine.json));
		return;
	}

	const outcome = await interruptibly(async signal =>
		makeRoom({
			surveys,
			limits,
			isDry,
			silence: SILENCE,
			grace: GRACE,
			signal,
			onWatch: count => {
				const things = count === 1 ? 'one that is' : `${count} that are`;
				notice(`watching ${things} unfinished for ${SILENCE / 1000} s: is anybody at work?`);
			},
		}),
	);
	for (const {path, now} of isDry ? [] : surveys) {
		if (now !== undefined) {
			forgetDigests(path, now, limits.unused ?? 0);
		}
	}

	process.stdout.write(renderOutcome(outcome, isDry));
}

function placesOf({cache: asked, env, workingDirectory}: CacheCommandLine): readonly CachePlace[] {
	return asked === undefined
		? cachePlaces(env, process.geteuid?.() ?? 0, workingDirectory)
		: [{path: hostPath(posix.resolve(workingDirectory, asked)), source: '--cache'}];
}

function renderOutcome({removed, kept}: Outcome, isDry: boolean): string {
	const rows = align([
		...removed.map(thing => [isDry ? 'would remove' : 'removed', ...cellsOf(thing)]),
		...kept.map(({thing, why}) => ['kept', ...cellsOf(thing), why]),
	]);
	const staying = kept.map(({thing}) => thing);
	// What a tree that stays has, too, is still there.
	const freed = bytesOf([...removed, ...staying]) - bytesOf(staying);
	const sum = `${megabytes(freed)} ${isDry ? 'would be freed' : 'freed'}; ${countOf(staying.length)} of ${sizeOf(staying)} kept`;
	return [...rows, sum].map(line => `${sanitise(line)}\n`).join('');
}
