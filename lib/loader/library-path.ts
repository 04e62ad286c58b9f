/**
 * A user's LD_LIBRARY_PATH → a list that means the same wherever it is read.
 *
 * glibc splits at colons and semicolons, and an empty element is the working directory
 * (`_dl_init_paths` and `fillin_rpath` of elf/dl-load.c); musl splits at colons and newlines and
 * passes over empty ones (`path_open` of ldso/dynlink.c). Only a token may stand at the beginning of
 * what is no absolute path here: `$ORIGIN` becomes one when the program is known.
 */
import {posix} from 'node:path';
import type {SysrootPath} from '../paths/paths.js';
import type {LinkMapEntry} from './loader-search.js';

export interface UserLibraryPath {
	/** As in the variable. */
	readonly text: string;
	/** What its relative elements count from: where the user stands. */
	readonly workingDirectory: SysrootPath;
	/** Whether processes of this program have it; by default all have. */
	readonly honouredBy?: ((program: LinkMapEntry) => boolean) | undefined;
}

/** Its elements, none of which counts from the working directory any more. */
export function libraryPathElements(
	{text, workingDirectory}: UserLibraryPath,
	libc: 'glibc' | 'musl',
): readonly string[] {
	if (text === '') {
		return [];
	}

	const elements =
		libc === 'glibc' ? text.split(/[:;]/u) : text.split(/[:\n]/u).filter(element => element !== '');
	return elements.map(element =>
		element.startsWith('/') || (libc === 'glibc' && ORIGIN.test(element))
			? element
			: posix.join(workingDirectory, element),
	);
}

const ORIGIN = /^\$(?:ORIGIN(?![A-Za-z0-9_])|\{ORIGIN\})/u;
