/** Whether the audit stub can be loaded into a payload's programs, by the bytes of their loader and C library. */
import {auditSupport, type AuditSupport} from '../audit/audit-support.js';
import {readHostFile} from '../paths/host-file.js';
import type {WalkedLoader, WalkedPayload} from './walked-payload.js';

/** Of the programs of one loader. */
export function readAuditSupport(
	{roots}: WalkedPayload,
	{facts, libraryDirectory}: WalkedLoader,
): AuditSupport {
	const {kind, object: loader} = facts;
	const maps = roots.flatMap(root =>
		root.libraryDirectory === libraryDirectory ? root.closure.linkMap : [],
	);
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
