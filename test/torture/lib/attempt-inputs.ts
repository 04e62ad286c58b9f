/**
 * The thread of torture.ts: make each input, hand it to the format, and count what it answers.
 */
import {parentPort, workerData} from 'node:worker_threads';
import {seededRandom} from '../../helpers/worlds/mutate.js';
import {damage} from './damage.js';
import type {Format, Original, Subject} from './format.js';
import {shared, type Report, type ThreadData} from './torture.js';

const {course, scratch, memory} = workerData as ThreadData;
const words = new Int32Array(memory);

function say(report: Report): void {
	parentPort?.postMessage(report);
}

/** One number for both, so that neighbours have nothing in common. */
function randomOf(seed: number, input: number): () => number {
	return seededRandom((Math.imul(seed, 0x9e3779b1) ^ Math.imul(input + 1, 0x85ebca6b)) | 0);
}

function makeInput({originals}: Subject, input: number): [Buffer, Original] {
	const original = originals[input % originals.length]!;
	const random = randomOf(course.seed, input);
	const damaged = damage(original, random);
	const isSettled = original.settle !== undefined && random() < 0.5;
	return [isSettled ? original.settle(damaged, random) : damaged, original];
}

async function attempt(subject: Subject, input: number): Promise<void> {
	words[shared.input] = input;
	try {
		const verdict = await subject.attempt(...makeInput(subject, input));
		words[shared[verdict]]! += 1;
	} catch (error) {
		const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
		say({kind: 'fault', fault: {input, what}});
	}
}

/** The name of an original that is no good one. */
async function findRefused({originals, attempt}: Subject): Promise<string | undefined> {
	for (const original of originals) {
		if ((await attempt(original.bytes, original)) !== 'accepted') return original.name;
	}

	return undefined;
}

const started = performance.now();
const module = (await import(`../formats/${course.format}.js`)) as {readonly format: Format};
const subject = await module.format.open(scratch);
say({kind: 'begun', name: module.format.name});
const bad = await findRefused(subject);
if (bad !== undefined) {
	say({kind: 'fault', fault: {input: course.from, what: `${bad} is refused undamaged`}});
} else {
	for (let input = course.from; input < course.to; input++) {
		if (performance.now() - started > course.time) break;
		await attempt(subject, input);
	}
}

say({kind: 'ended'});
// Of this thread; what the format has started ends with it.
process.exit();
