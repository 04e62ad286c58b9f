/** The entries of a payload by their paths: asked for by many stages, and as large as the payload. */
import type {SysrootPath} from '../paths/paths.js';
import type {Payload, PayloadEntry} from './payload.js';

const known = new WeakMap<Payload['entries'], ReadonlyMap<SysrootPath, PayloadEntry>>();

/** Made once for each list of entries, which nobody changes any more. */
export function entriesByPath({
	entries,
}: Pick<Payload, 'entries'>): ReadonlyMap<SysrootPath, PayloadEntry> {
	const found = known.get(entries) ?? indexEntries(entries);
	known.set(entries, found);
	return found;
}

function indexEntries(entries: Payload['entries']): ReadonlyMap<SysrootPath, PayloadEntry> {
	const byPath = new Map<SysrootPath, PayloadEntry>();
	for (const entry of entries) {
		byPath.set(entry.path, entry);
	}

	return byPath;
}
