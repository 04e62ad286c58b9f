/**
 * Epoch, version and release: the order of packages, and whether two ranges of them overlap.
 *
 * A dependency is a range (`>= 1:2.3`), a provide is one too (`= 1:2.3-4`), and the first is met
 * by the second when some version lies in both. Authority: rpm's `lib/rpmds.c` and
 * `rpmio/rpmver.c`.
 */
import {compareRpmVersions} from './compare-versions.js';

export interface Evr {
	/** Absent means 0. */
	readonly epoch: string | undefined;
	readonly version: string;
	readonly release: string | undefined;
}

export type Relation = '<' | '<=' | '=' | '>=' | '>';

export interface VersionRange {
	readonly relation: Relation;
	readonly evr: Evr;
}

/** Split `[EPOCH:]VERSION[-RELEASE]`; the epoch is digits only, the release follows the last dash. */
export function parseEvr(text: string): Evr {
	const colon = /^[0-9]*:/u.exec(text)?.[0].length ?? 0;
	const rest = text.slice(colon);
	const dash = rest.lastIndexOf('-');
	return {
		epoch: colon === 0 ? undefined : text.slice(0, colon - 1) || '0',
		version: dash === -1 ? rest : rest.slice(0, dash),
		release: dash === -1 ? undefined : rest.slice(dash + 1),
	};
}

export function formatEvr(evr: Evr): string {
	const epoch = evr.epoch === undefined ? '' : `${evr.epoch}:`;
	return `${epoch}${evr.version}${evr.release === undefined ? '' : `-${evr.release}`}`;
}

/** Order two packages; of one version, that without a release comes first. */
export function compareEvr(a: Evr, b: Evr): -1 | 0 | 1 {
	const order = compareWithoutRelease(a, b);
	if (order !== 0 || a.release === b.release) {
		return order;
	}

	if (a.release === undefined || b.release === undefined) {
		return a.release === undefined ? -1 : 1;
	}

	return compareRpmVersions(a.release, b.release);
}

/** Whether some version lies in both ranges. */
export function rangesOverlap(a: VersionRange, b: VersionRange): boolean {
	let order = compareWithoutRelease(a.evr, b.evr);
	if (order === 0 && hasRelease(a.evr) && hasRelease(b.evr)) {
		order = compareRpmVersions(a.evr.release, b.evr.release);
	} else if (order === 0 && hasRelease(a.evr) !== hasRelease(b.evr)) {
		// The side that names no release means all of them, if it means that version at all.
		const open = hasRelease(a.evr) ? b : a;
		if (allows(open.relation, '=')) {
			return true;
		}
	}

	if (order < 0) {
		return allows(a.relation, '>') || allows(b.relation, '<');
	}

	if (order > 0) {
		return allows(a.relation, '<') || allows(b.relation, '>');
	}

	return (['=', '<', '>'] as const).some(
		direction => allows(a.relation, direction) && allows(b.relation, direction),
	);
}

function compareWithoutRelease(a: Evr, b: Evr): -1 | 0 | 1 {
	const epochs = compareRpmVersions(a.epoch ?? '0', b.epoch ?? '0');
	return epochs === 0 ? compareRpmVersions(a.version, b.version) : epochs;
}

function allows(relation: Relation, direction: '<' | '=' | '>'): boolean {
	return relation.includes(direction);
}

function hasRelease(evr: Evr): evr is Evr & {readonly release: string} {
	return evr.release !== undefined && evr.release !== '';
}
