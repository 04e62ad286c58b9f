/** Whether the audit stub can be loaded into a payload's programs, by the bytes of their main loader and C library. */
import {auditSupport, type AuditSupport} from '../audit/audit-support.js';
import {readHostFile} from '../paths/host-file.js';
import type {WalkedPayload} from './walked-payload.js';

/** `undefined` where there is no loader, and so nothing to audit. */
export function readAuditSupport({loaders, roots}: WalkedPayload): AuditSupport | undefined {
	const [main] = loaders;
	if (main === undefined) {
		return undefined;
	}

	const {kind, object: loader} = main.facts;
	const maps = roots.flatMap(({closure}) => closure.linkMap);
	const libc = maps.find(({object}) => object.soname === 'libc.so.6')?.object;
	const objects = new Map(maps.map(({object}) => [object.fileId, object]));
	return auditSupport({
		libc: kind,
		machine: loader.machine,
		loader: readHostFile(loader.path, loader.size),
		readLibrary: () => libc && readHostFile(libc.path, libc.size),
		objects: [...objects.values()],
	});
}
