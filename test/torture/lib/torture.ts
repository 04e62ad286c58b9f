/**
 * Try a format with damaged inputs, or an ordeal, and count: each is done, refused in our own words,
 * or a fault.
 *
 * A thread does it (attempt-inputs.ts), and this one looks whether it comes forward: what takes
 * too long or too much memory is a fault as well, and the next input gets a new thread.
 */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Worker} from 'node:worker_threads';
import {HANG_SECONDS} from './format.js';
import type {ListedTrial} from './list-trials.js';
import {faultKinds, type FaultKind, type Ordeal} from './ordeal.js';

export interface Course {
	readonly seed: number;
	readonly from: number;
	/** The number of the last input, and one. */
	readonly to: number;
	/** Milliseconds from the start on; none is begun later. */
	readonly time: number;
}

export interface Fault {
	readonly input: number;
	readonly kind: FaultKind;
	readonly what: string;
}

export interface Counts {
	readonly name: string;
	readonly each: Ordeal['each'];
	readonly accepted: number;
	readonly refused: number;
	readonly faults: readonly Fault[];
}

/** What the thread says. */
export type Report = {readonly kind: 'fault'; readonly fault: Fault} | {readonly kind: 'ended'};

/** What both threads see: the input in hand, and the counts. */
export const shared = {input: 0, accepted: 1, refused: 2, length: 3} as const;

export interface ThreadData {
	readonly module: string;
	readonly course: Course;
	readonly scratch: string;
	readonly memory: SharedArrayBuffer;
}

/** More are no news. */
const FAULT_LIMIT = 20;
/** Of this process, with all that a reader holds. */
const MEMORY_LIMIT = 1 << 30;
const LOOK_MILLISECONDS = 250;

/** Never throws for what a reader does; the faults are told as they come. */
export async function torture(
	listed: ListedTrial,
	course: Course,
	onFault: (fault: Fault) => void,
): Promise<Counts> {
	const faults: Fault[] = [];
	const started = performance.now();
	let {from} = course;
	let accepted = 0;
	let refused = 0;
	while (from < course.to && faults.length < FAULT_LIMIT) {
		const time = course.time - (performance.now() - started);
		if (time <= 0 && from > course.from) break;
		const part = await attemptPart(listed, {...course, from, time}, fault => {
			faults.push(fault);
			onFault(fault);
		});
		accepted += part.accepted;
		refused += part.refused;
		from = part.next;
	}

	const {name} = listed.trial;
	const each = 'each' in listed.trial ? listed.trial.each : undefined;
	return {name, each, accepted, refused, faults};
}

export function totalOf({accepted, refused, faults}: Counts): number {
	return accepted + refused + faults.length;
}

export function describeCounts(counts: Counts): string {
	const {name, each, accepted, refused, faults} = counts;
	const total = totalOf(counts);
	const made = each === undefined ? '' : `, ${total * each.count} ${each.what}`;
	const kinds = faultKinds.map(
		kind => `${kind} ${faults.filter(fault => fault.kind === kind).length}`,
	);
	return `${name} inputs ${total}${made}, refused ${refused}, accepted ${accepted}, faults ${faults.length} (${kinds.join(', ')})`;
}

interface Part {
	readonly accepted: number;
	readonly refused: number;
	/** The first input that was not tried. */
	readonly next: number;
}

/** Until the course is done or its thread is no good any more. */
async function attemptPart(
	{module, trial}: ListedTrial,
	course: Course,
	onFault: (fault: Fault) => void,
): Promise<Part> {
	const scratch = mkdtempSync(join(tmpdir(), 'dynpk-torture-'));
	const memory = new SharedArrayBuffer(4 * shared.length);
	const words = new Int32Array(memory);
	words[shared.input] = course.from;
	const state = {hasEnded: false, isTold: false};
	let faultsTold = 0;
	const data: ThreadData = {module, course, scratch, memory};
	const thread = new Worker(new URL('attempt-inputs.js', import.meta.url), {workerData: data});
	const tell = (kind: FaultKind, what: string): void => {
		state.isTold = true;
		onFault({input: words[shared.input]!, kind, what});
		void thread.terminate();
	};

	thread.on('message', (report: Report) => {
		switch (report.kind) {
			case 'fault':
				onFault(report.fault);
				faultsTold += 1;
				if (faultsTold >= FAULT_LIMIT) {
					state.isTold = true;
					void thread.terminate();
				}

				break;
			case 'ended':
				state.hasEnded = true;
		}
	});
	const watch = setInterval(lookOut(words, patienceOf(trial), tell), LOOK_MILLISECONDS);
	const failed = await new Promise<string | undefined>(resolve => {
		thread.on('error', error => resolve(String(error)));
		thread.on('exit', () => resolve(undefined));
	});
	clearInterval(watch);
	if (failed !== undefined) tell('bug', failed);
	// What it waits for never comes, and a command would end as if all were done.
	else if (!state.hasEnded && !state.isTold) tell('hang', 'it ends without an answer');
	rmSync(scratch, {recursive: true, force: true});
	return {
		accepted: words[shared.accepted]!,
		refused: words[shared.refused]!,
		next: state.hasEnded ? course.to : words[shared.input]! + 1,
	};
}

function patienceOf(trial: ListedTrial['trial']): number {
	return 1000 * (('patience' in trial ? trial.patience : undefined) ?? HANG_SECONDS);
}

/** The first input may have to wait for what its format makes. */
function lookOut(
	words: Int32Array,
	usual: number,
	tell: (kind: FaultKind, what: string) => void,
): () => void {
	let last = -1;
	let since = performance.now();
	let hasTold = false;
	const first = words[shared.input]!;
	return () => {
		const input = words[shared.input]!;
		const patience = (input === first ? 12 : 1) * usual;
		if (input !== last) {
			last = input;
			since = performance.now();
		}

		const isLate = performance.now() - since > patience;
		const isLarge = process.memoryUsage.rss() > MEMORY_LIMIT;
		if (!hasTold && (isLate || isLarge)) {
			hasTold = true;
			if (isLate) tell('hang', `no answer after ${patience / 1000} s`);
			else tell('bug', 'more than 1 GiB of memory');
		}
	};
}
