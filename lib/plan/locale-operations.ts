/**
 * Locales that the packing side has in its archive only: written as the directories that LOCPATH can
 * lead to, next to those that are directories already.
 */
import {posix} from 'node:path';
import type {Payload} from '../inputs/payload.js';
import {LOCALE_ARCHIVE, LOCALE_DIRECTORY} from '../inputs/read-locale-archive.js';
import {isWithin, payloadPath, sysrootPath, type BundlePath} from '../paths/paths.js';
import {noOrigin, type Operation} from './bundle-plan.js';
import {listArchivedLocales} from './locale-archive.js';

/** None where there is no archive to take them from. */
export function localeOperations(payload: Payload, archive: Buffer | undefined): Operation[] {
	const files = archive === undefined ? undefined : listArchivedLocales(archive);
	if (archive === undefined || files === undefined) {
		return [];
	}

	const travelling = payload.entries.filter(({path}) => isWithin(path, LOCALE_DIRECTORY));
	const known = new Set(
		travelling.map(({path}) => posix.relative(LOCALE_DIRECTORY, path).split('/', 1).join('')),
	);
	const written = new Map<string, BundlePath>();
	return files
		.filter(({path}) => !known.has(path.split('/', 1).join('')))
		.map((file): Operation => {
			const path = payloadPath(sysrootPath(posix.join(LOCALE_DIRECTORY, file.path)));
			const origin = {...noOrigin, reason: `of ${LOCALE_ARCHIVE}`};
			const extent = `${file.offset} ${file.length}`;
			const earlier = written.get(extent);
			if (earlier !== undefined) {
				return {kind: 'hardlink', path, target: earlier, ...origin, source: LOCALE_ARCHIVE};
			}

			written.set(extent, path);
			const bytes = Buffer.from(archive.subarray(file.offset, file.offset + file.length));
			return {kind: 'file', path, mode: 0o644, content: {kind: 'bytes', bytes}, ...origin};
		});
}
