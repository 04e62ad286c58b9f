/**
 * Which entries only came along: members of a directory or of an installation that was named, and what
 * is taken because it may be read.
 *
 * What of these cannot work here need not work there. Whatever else travels was named, or is needed
 * by what was.
 */
import {LINK_LIMIT} from '../paths/link-limit.js';
import type {SysrootPath} from '../paths/paths.js';
import type {PayloadEntry, Reason} from './payload.js';

/** Whether the user named this very file. */
export function isNamed(reason: Reason): boolean {
	return (reason.kind === 'target' || reason.kind === 'with') && reason.below === undefined;
}

/** Whether it is there because a directory was named, or on suspicion. */
export function isMember(reason: Reason): boolean {
	switch (reason.kind) {
		case 'target':
		case 'with':
			return reason.below !== undefined;
		case 'scan':
		case 'prefix':
		case 'suspected':
		case 'distribution':
			return true;
		default:
			return false;
	}
}

/** A member, or what only a member needs: the end of its link, its interpreter. */
export function isSpare(
	{reason}: PayloadEntry,
	entries: ReadonlyMap<SysrootPath, PayloadEntry>,
): boolean {
	let current: Reason | undefined = reason;
	for (let hops = 0; current !== undefined && hops < LINK_LIMIT; hops++) {
		const bringer = bringerOf(current);
		if (bringer === undefined) {
			return isMember(current);
		}

		current = entries.get(bringer)?.reason;
	}

	return false;
}

function bringerOf(reason: Reason): SysrootPath | undefined {
	switch (reason.kind) {
		case 'link':
			return reason.from;
		case 'interpreter':
			return reason.of;
		case 'called':
			return reason.by;
		default:
			return undefined;
	}
}
