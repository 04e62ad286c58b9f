/**
 * Locales that the packing side has in its archive only: written as the directories that LOCPATH can
 * lead to, next to those that are directories already.
 */
import {posix} from 'node:path';
import type {Payload} from '../inputs/payload.js';
import {isWithin, payloadPath, sysrootPath, type BundlePath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {noOrigin, type Operation} from './bundle-plan.js';
import {readLocaleArchive} from './locale-archive.js';

const locales = sysrootPath('/usr/lib/locale');
const archive = sysrootPath('/usr/lib/locale/locale-archive');
/** A handful of locales; an archive of all of them has more than 200 MB. */
const ARCHIVE_LIMIT = 16 << 20;

/** None where no locale travels at all. */
export function localeOperations(payload: Payload, sysroot: Sysroot): Operation[] {
	const travelling = payload.entries.filter(({path}) => isWithin(path, locales));
	const size = sysroot.status(archive)?.size ?? 0;
	if (travelling.length === 0 || size === 0 || size > ARCHIVE_LIMIT) {
		return [];
	}

	const bytes = sysroot.read(archive, ARCHIVE_LIMIT);
	const known = new Set(
		travelling.map(({path}) => posix.relative(locales, path).split('/', 1).join('')),
	);
	const written = new Map<string, BundlePath>();
	return (bytes === undefined ? [] : (readLocaleArchive(bytes) ?? []))
		.filter(({path}) => !known.has(path.split('/', 1).join('')))
		.map((file): Operation => {
			const path = payloadPath(sysrootPath(posix.join(locales, file.path)));
			const origin = {...noOrigin, reason: `of ${archive}`};
			const extent = `${file.offset} ${file.length}`;
			const earlier = written.get(extent);
			if (earlier !== undefined) {
				return {kind: 'hardlink', path, target: earlier, ...origin, source: archive};
			}

			written.set(extent, path);
			const content = Buffer.from(bytes?.subarray(file.offset, file.offset + file.length) ?? []);
			return {kind: 'file', path, mode: 0o644, content: {kind: 'bytes', bytes: content}, ...origin};
		});
}
