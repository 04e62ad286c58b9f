/**
 * Whether a symbol of an object is called `iconv_open`: it converts between character sets, or may.
 *
 * Told from its table of strings, which is read for this question only: it is the longest part of an object
 * that is read at all, and most walks never ask.
 */
import {withHostFile} from '../paths/host-file.js';
import {hostPath} from '../paths/paths.js';
import type {ElfObject} from './elf-object.js';

/** Larger ones are not searched: they belong to a handful of C++ libraries. */
const SEARCHED = 1 << 20;

/** `true` where it is not known. @throws {DynpkError} what `withHostFile` throws */
export function namesIconv({path, size, stringTable}: ElfObject): boolean {
	if (stringTable === undefined) {
		return false;
	}

	const {offset, length} = stringTable;
	return (
		length > SEARCHED ||
		withHostFile(hostPath(path), size, file => file.read(offset, length).includes('\0iconv_open\0'))
	);
}
