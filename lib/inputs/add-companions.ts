/**
 * Add what libraries and other files of a payload need beside packages: by the DT_NEEDED strings of all
 * its objects, and by its paths.
 */
import {lookUpOwners} from '../installed/look-up-owners.js';
import type {Gathering} from './gathering.js';

/** Nothing but libraries where the user asked for no more. */
export function addCompanions(gathering: Gathering): void {
	const {request, collector, sysroot, databases, companions, roots} = gathering;
	if (request.scope === 'closure') {
		return;
	}

	const names = [...collector.entries.values()].flatMap(entry =>
		entry.kind === 'file' && entry.content.kind === 'elf'
			? [entry.path, ...entry.content.object.needed]
			: [entry.path],
	);
	const found = companions.find(names);
	const wholes = found.filter(({isWhole}) => isWhole).map(({path}) => path);
	const ownerOf = lookUpOwners(wholes, sysroot, databases);
	for (const {path, of, isPlugin} of found) {
		const owner = ownerOf(path);
		if (owner !== undefined) {
			roots.add(owner);
		}

		const reason = {kind: isPlugin ? 'plug-in' : 'companion', of} as const;
		const real = sysroot.realPath(path) ?? path;
		if (sysroot.status(real)?.kind === 'directory') {
			collector.addTree(real, reason);
		} else {
			collector.add(path, reason);
		}
	}
}
