/** What plug-ins of installed packages add to a bundle, with the libraries that nothing else needs. */
import {objectsOf} from '../closure/objects-of.js';
import type {Payload, PayloadFile, PayloadFinding} from '../inputs/payload.js';
import {packageId} from '../installed/package-database.js';
import type {SysrootPath} from '../paths/paths.js';
import type {WalkedPayload, WalkedRoot} from './walked-payload.js';

/** One finding for each package that has plug-ins in the payload. */
export function weighPlugIns(payload: Payload, {roots}: WalkedPayload): PayloadFinding[] {
	const plugIns = new Map<SysrootPath, PayloadFile>();
	for (const entry of payload.entries) {
		if (entry.kind === 'file' && entry.reason.kind === 'guest' && entry.package !== undefined) {
			plugIns.set(entry.path, entry);
		}
	}

	if (plugIns.size === 0) {
		return [];
	}

	const weighed = new Set(
		roots.filter(({path}) => !plugIns.has(path)).flatMap(root => fileIds(root)),
	);
	const byPackage = new Map<string, {count: number; bytes: number; readonly hosts: Set<string>}>();
	for (const root of roots) {
		const entry = plugIns.get(root.path);
		if (entry?.package === undefined || entry.reason.kind !== 'guest') {
			continue;
		}

		const id = packageId(entry.package);
		const sum = byPackage.get(id) ?? {count: 0, bytes: 0, hosts: new Set()};
		sum.count++;
		sum.hosts.add(entry.reason.of);
		for (const {object} of objectsOf(root.closure)) {
			sum.bytes += weighed.has(object.fileId) ? 0 : object.size;
			weighed.add(object.fileId);
		}

		byPackage.set(id, sum);
	}

	return [...byPackage].map(([path, {count, bytes, hosts}]) => {
		const what = count === 1 ? 'a plug-in' : `${count} plug-ins`;
		const size = `${(bytes / 1e6).toFixed(1)} MB with libraries`;
		const message = `${what} for ${[...hosts].join(', ')} added, ${size}`;
		return {code: 'PLUG_INS_ADDED', path, message};
	});
}

function fileIds({closure}: WalkedRoot): string[] {
	return objectsOf(closure).map(({object}) => object.fileId);
}
