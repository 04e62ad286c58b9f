/**
 * The thread of torture.ts: make each input, hand it to the format or the ordeal, and count what that
 * answers.
 */
import {parentPort, workerData} from 'node:worker_threads';
import {seededRandom, type Random} from '../../helpers/worlds/mutate.js';
import {damage} from './damage.js';
import type {Original, Subject, Verdict} from './format.js';
import type {TrialModule} from './list-trials.js';
import {kindOfFault, type OpenOrdeal} from './ordeal.js';
import {shared, type Report, type ThreadData} from './torture.js';

const {module, course, scratch, memory} = workerData as ThreadData;
const words = new Int32Array(memory);

function say(report: Report): void {
	parentPort?.postMessage(report);
}

/** One number for both, so that neighbours have nothing in common. */
function randomOf(seed: number, input: number): Random {
	return seededRandom((Math.imul(seed, 0x9e3779b1) ^ Math.imul(input + 1, 0x85ebca6b)) | 0);
}

async function openTrial(): Promise<OpenOrdeal> {
	const exported = (await import(module)) as TrialModule;
	return 'ordeal' in exported
		? exported.ordeal.open(scratch)
		: damaging(await exported.format.open(scratch));
}

/** @throws where an original is no good one */
async function damaging({originals, attempt}: Subject): Promise<OpenOrdeal> {
	for (const original of originals) {
		if ((await attempt(original.bytes, original)) !== 'accepted') {
			throw new Error(`${original.name} is refused undamaged`);
		}
	}

	return {
		attempt: async (input, random): Promise<Verdict> => {
			const original = originals[input % originals.length]!;
			return attempt(makeInput(original, random), original);
		},
	};
}

function makeInput(original: Original, random: Random): Buffer {
	const damaged = damage(original, random);
	const isSettled = original.settle !== undefined && random() < 0.5;
	return isSettled ? original.settle(damaged, random) : damaged;
}

async function attempt(trial: OpenOrdeal, input: number): Promise<void> {
	words[shared.input] = input;
	try {
		const verdict = await trial.attempt(input, randomOf(course.seed, input));
		words[shared[verdict]]! += 1;
	} catch (error) {
		const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
		say({kind: 'fault', fault: {input, kind: kindOfFault(error), what}});
	}
}

const started = performance.now();
const trial = await openTrial();
const to = Math.min(course.to, trial.total ?? Infinity);
for (let input = course.from; input < to; input++) {
	if (performance.now() - started > course.time) break;
	await attempt(trial, input);
}

say({kind: 'ended'});
// Of this thread; what the trial has started ends with it.
process.exit();
