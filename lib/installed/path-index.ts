/**
 * Which of dpkg's lists may name a path, without reading them.
 *
 * A path is a number of 32 bits. Ten of them choose one of 1,024 pages, and sixteen more stand there
 * beside the number of each list that has such a path. So an answer is a handful of candidates, one in
 * some hundreds of them wrong: whoever asks looks into the lists that are named. A page is all that has
 * to be read for a path, and pages without news are taken over as they are.
 */
import type {Identity} from './dpkg-files.js';
import type {StanzaPlace} from './dpkg-status.js';

export const PAGES = 1024;

/** The most lists that there are numbers for. */
export const LIST_LIMIT = 0xffff;

export interface KnownList {
	readonly name: string;
	readonly identity: Identity;
	/** Of its package, in this very `status`; none where that tells of no such package. */
	readonly stanza: (StanzaPlace & {readonly status: Identity}) | undefined;
}

export interface PathIndex {
	/** By number; `undefined` for one that is gone, or has other contents and so another number now. */
	readonly lists: readonly (KnownList | undefined)[];
	/** All of them, or those that were asked for. */
	readonly pages: readonly (Uint32Array | undefined)[];
}

export interface NewList extends KnownList {
	readonly hashes: Uint32Array;
}

export function pageOf(hash: number): number {
	return hash >>> 22;
}

/** The lists that may name a path of this number, by name; its page must be there. */
export function candidates({lists, pages}: PathIndex, hash: number): KnownList[] {
	const tag = tagOf(hash);
	const found: KnownList[] = [];
	for (const entry of pages[pageOf(hash)] ?? []) {
		const list = entry >>> 16 === tag ? lists[entry & 0xffff] : undefined;
		if (list !== undefined) {
			found.push(list);
		}
	}

	return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** `kept` are the lists of the old index, with all its pages; new ones get the numbers behind. */
export function extendIndex(
	old: PathIndex | undefined,
	kept: readonly (KnownList | undefined)[],
	added: readonly NewList[],
): PathIndex {
	const counts = new Uint32Array(PAGES);
	for (const {hashes} of added) {
		for (const hash of hashes) {
			counts[pageOf(hash)]!++;
		}
	}

	const pages = Array.from(counts, (count, page) => enlarge(old?.pages[page], count));
	const ends = pages.map((page, number) => page.length - (counts[number] ?? 0));
	added.forEach(({hashes}, order) => {
		const number = kept.length + order;
		for (const hash of hashes) {
			const page = pageOf(hash);
			pages[page]![ends[page]!++] = (tagOf(hash) << 16) | number;
		}
	});
	return {lists: [...kept, ...added], pages};
}

function tagOf(hash: number): number {
	return (hash >>> 6) & 0xffff;
}

function enlarge(page: Uint32Array | undefined, by: number): Uint32Array {
	if (page !== undefined && by === 0) {
		return page;
	}

	const larger = new Uint32Array((page?.length ?? 0) + by);
	larger.set(page ?? []);
	return larger;
}
