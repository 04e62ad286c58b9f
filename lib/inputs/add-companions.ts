/** Add what the libraries of a payload need beside packages: by the DT_NEEDED strings of all its objects. */
import type {Gathering} from './gathering.js';

/** Nothing but libraries where the user asked for no more. */
export function addCompanions({request, collector, sysroot, companions}: Gathering): void {
	if (request.scope === 'closure') {
		return;
	}

	const needed = [...collector.entries.values()].flatMap(entry =>
		entry.kind === 'file' && entry.content.kind === 'elf' ? entry.content.object.needed : [],
	);
	for (const {path, of, isPlugin} of companions.find(needed)) {
		const reason = {kind: isPlugin ? 'plug-in' : 'companion', of} as const;
		const real = sysroot.realPath(path) ?? path;
		if (sysroot.status(real)?.kind === 'directory') {
			collector.addTree(real, reason);
		} else {
			collector.add(path, reason);
		}
	}
}
