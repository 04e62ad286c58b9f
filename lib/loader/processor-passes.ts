/**
 * One search for every kind of processor → one answer for a bundle.
 *
 * The plainest processor's library answers, and what better ones would take in its place comes
 * beside it. A level is a variant only where it changes the answer: a directory further down cannot
 * offer one to a search that has ended before it.
 */
import {hwcapsSubdirs, type ActiveHwcaps} from './hwcaps-subdirs.js';
import type {GlibcFacts} from './loader-facts.js';
import type {HwcapsVariant, Searched} from './loader-search.js';
import type {Outcome} from './search-candidates.js';

/** One way a processor may see the subdirectories. */
export interface ProcessorPass {
	/** The best level; empty for none. */
	readonly level: string;
	readonly active: ActiveHwcaps;
	readonly subdirs: readonly string[];
}

export interface AnswerForAll {
	readonly outcome: Outcome;
	/** Best first. */
	readonly variants: readonly HwcapsVariant[];
}

/** List the passes from the plainest processor to the best, each level with those below it. */
export function passesFor(
	hwcaps: 'all' | ActiveHwcaps,
	facts: GlibcFacts,
): readonly ProcessorPass[] {
	const pass = (active: ActiveHwcaps): ProcessorPass => ({
		level: active.levels[0] ?? '',
		active,
		subdirs: hwcapsSubdirs(active),
	});
	if (hwcaps !== 'all') {
		return [pass(hwcaps)];
	}

	const legacy = facts.legacyHwcaps;
	const counts = [...facts.hwcaps.keys(), facts.hwcaps.length].reverse();
	return counts.map(from => pass({levels: facts.hwcaps.slice(from), legacy}));
}

/** Search once for each pass; `searched` gets what the plainest one has looked at. */
export function searchForAll(
	passes: readonly ProcessorPass[],
	search: (pass: ProcessorPass, searched: Searched[]) => Outcome,
	searched: Searched[],
): AnswerForAll {
	const variants: HwcapsVariant[] = [];
	let plainest: Outcome = {status: 'missing'};
	let last: Outcome = plainest;
	for (const [index, pass] of passes.entries()) {
		const outcome = search(pass, index === 0 ? searched : []);
		if (index === 0) {
			plainest = outcome;
		} else if (outcome.status === 'found') {
			const {object, path, place} = outcome;
			if (plainest.status === 'missing') {
				// A library that comes in no plain form is better than none.
				searched.push({place, path, why: `taken, but made for ${pass.level} only`});
				plainest = outcome;
			} else if (last.status !== 'found' || last.path !== path) {
				variants.unshift({level: pass.level, object, path});
			}
		}

		last = outcome;
	}

	return {outcome: plainest, variants};
}
