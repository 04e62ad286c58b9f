/**
 * Which of dpkg's lists may name a path, without reading them.
 *
 * A path is a number of 32 bits. Ten of them choose one of 1,024 pages, and sixteen more stand there
 * beside the number of each list that has such a path. So an answer is a handful of candidates, one in
 * some hundreds of them wrong: whoever asks looks into the lists that are named. A page is all that has
 * to be read for a path, and pages without news are taken over as they are.
 */
export const PAGES = 1024;

/** The most lists that there are numbers for. */
export const LIST_LIMIT = 0xffff;

/** What is known of the lists, by their numbers; plain numbers, because there are thousands. */
export interface ListTable {
	/** {@link GONE} for one that is gone, or has other contents and so another number now. */
	readonly names: readonly string[];
	/** Device, inode, size, and the times of content and inode in milliseconds, of each. */
	readonly identities: Float64Array;
	/** Where in `status` the package of each stands, in bytes: offset and length, which may be 0. */
	readonly stanzas: Uint32Array;
}

/** No list has this name. */
export const GONE = '';

export const IDENTITY_NUMBERS = 5;

export interface PathIndex extends ListTable {
	/** All of them, or those that were asked for. */
	readonly pages: readonly (Uint32Array | undefined)[];
}

export function pageOf(hash: number): number {
	return hash >>> 22;
}

/** The numbers of the lists that may name a path of this hash, sorted by name; its page must be there. */
export function candidates({names, pages}: PathIndex, hash: number): number[] {
	const tag = tagOf(hash);
	const found: number[] = [];
	for (const entry of pages[pageOf(hash)] ?? []) {
		const list = entry & 0xffff;
		if (entry >>> 16 === tag && names[list] !== GONE) {
			found.push(list);
		}
	}

	return found.sort((a, b) => ((names[a] ?? '') < (names[b] ?? '') ? -1 : 1));
}

/** Put lists behind those that have pages: the first has the number `first`. */
export function extendPages(
	old: PathIndex['pages'],
	first: number,
	added: readonly Uint32Array[],
): Uint32Array[] {
	const counts = new Uint32Array(PAGES);
	for (const hashes of added) {
		for (const hash of hashes) {
			const page = pageOf(hash);
			counts[page] = (counts[page] ?? 0) + 1;
		}
	}

	const pages = Array.from(counts, (count, page) => enlarge(old[page], count));
	const ends = Uint32Array.from(pages, (page, number) => page.length - (counts[number] ?? 0));
	for (const [order, hashes] of added.entries()) {
		for (const hash of hashes) {
			const number = pageOf(hash);
			const end = ends[number] ?? 0;
			const page = pages[number];
			if (page !== undefined) {
				page[end] = (tagOf(hash) << 16) | (first + order);
			}

			ends[number] = end + 1;
		}
	}

	return pages;
}

function tagOf(hash: number): number {
	return (hash >>> 6) & 0xffff;
}

function enlarge(page: Uint32Array | undefined, by: number): Uint32Array {
	if (page !== undefined && by === 0) {
		return page;
	}

	const larger = new Uint32Array((page?.length ?? 0) + by);
	if (page !== undefined) {
		larger.set(page);
	}

	return larger;
}
