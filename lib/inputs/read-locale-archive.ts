/**
 * The archive of locales (localedef(1)) beside the locales of a payload: some systems have theirs in
 * it only, and no package lists it.
 */
import {isWithin, sysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {Payload} from './payload.js';

export const LOCALE_DIRECTORY = sysrootPath('/usr/lib/locale');
export const LOCALE_ARCHIVE = sysrootPath('/usr/lib/locale/locale-archive');
/** A handful of locales; an archive of all of them has more than 200 MB. */
const ARCHIVE_LIMIT = 16 << 20;

/** `undefined` where no locale travels at all, or there is no archive of a handful. */
export function readLocaleArchive(payload: Payload, sysroot: Sysroot): Buffer | undefined {
	const hasLocales = payload.entries.some(({path}) => isWithin(path, LOCALE_DIRECTORY));
	const size = sysroot.status(LOCALE_ARCHIVE)?.size ?? 0;
	return hasLocales && size > 0 && size <= ARCHIVE_LIMIT
		? sysroot.read(LOCALE_ARCHIVE, ARCHIVE_LIMIT)
		: undefined;
}
