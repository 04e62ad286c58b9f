/**
 * Strings of an object's read-only data that hold one of some texts: evidence of what its code opens,
 * of which no header tells.
 *
 * A string is what lies between two NULs. Where strings have no end of their own (Go, Rust), the texts
 * run into one another, and whoever asks has to make sense of them. Nothing else of the file is read,
 * and of the data no more than there is of it in the largest programs.
 */
import {withHostFile} from '../paths/host-file.js';
import type {ElfObject, ProgramHeader} from './elf-object.js';
import {PF_W, PF_X, PT_LOAD} from './program-headers.js';

export interface FoundString {
	readonly text: string;
	/** In the file. */
	readonly offset: number;
}

/** PATH_MAX: what is longer is no path, and no list of any that somebody compiled in. */
const TEXT_LIMIT = 4096;
/** Chromium's, the largest there is, has less than half of it. */
const SEARCH_LIMIT = 64 << 20;
const FOUND_LIMIT = 1000;
const PIECE_SIZE = 1 << 20;

/**
 * In the order of the file, each once.
 *
 * @throws {DynpkError} what `withHostFile` throws
 */
export function findStrings(
	{path, size, programHeaders}: Pick<ElfObject, 'path' | 'size' | 'programHeaders'>,
	texts: readonly string[],
): readonly FoundString[] {
	const needles = texts.map(text => Buffer.from(text));
	const extents = readOnlyExtents(programHeaders);
	if (needles.length === 0 || extents.length === 0) {
		return [];
	}

	return withHostFile(path, size, file => {
		const found = new Map<number, string>();
		for (const {start, end} of extents) {
			for (let at = start; at < end && found.size < FOUND_LIMIT; at += PIECE_SIZE) {
				const begin = Math.max(start, at - TEXT_LIMIT);
				const length = Math.min(at + PIECE_SIZE + TEXT_LIMIT, end) - begin;
				const piece = {bytes: file.read(begin, length), from: at - begin};
				for (const needle of needles) {
					for (const {text, offset} of stringsIn(piece, needle)) {
						found.set(begin + offset, text);
					}
				}
			}
		}

		return [...found]
			.sort(([a], [b]) => a - b)
			.slice(0, FOUND_LIMIT)
			.map(([offset, text]) => ({offset, text}));
	});
}

/**
 * Where a linker parts data from code at all, it puts data behind it and the loader's tables before it, or all
 * that is constant before it.
 */
function readOnlyExtents(
	headers: readonly ProgramHeader[],
): readonly {readonly start: number; readonly end: number}[] {
	const constant = headers.filter(({type, flags}) => type === PT_LOAD && (flags & PF_W) === 0);
	const isData = ({flags}: ProgramHeader): boolean => (flags & PF_X) === 0;
	const code = constant.findIndex(header => !isData(header));
	const searched = [constant.slice(code + 1).filter(isData), constant.filter(isData), constant];
	let left = SEARCH_LIMIT;
	return (searched.find(({length}) => length > 0) ?? []).map(({offset, fileSize}) => {
		const length = Math.min(fileSize, left);
		left -= length;
		return {start: offset, end: offset + length};
	});
}

/** Those whose needle lies in one piece's length from `from` on. */
function* stringsIn(
	{bytes, from}: {readonly bytes: Buffer; readonly from: number},
	needle: Buffer,
): Generator<FoundString, void, undefined> {
	let at = bytes.indexOf(needle, from);
	while (at !== -1 && at < from + PIECE_SIZE) {
		const before = bytes.subarray(Math.max(0, at - TEXT_LIMIT), at);
		const last = before.lastIndexOf(0);
		const length = bytes.subarray(at, at + TEXT_LIMIT).indexOf(0);
		const isWhole = length !== -1 && (last !== -1 || before.length < TEXT_LIMIT);
		if (isWhole) {
			const offset = at - before.length + last + 1;
			yield {offset, text: bytes.toString('utf8', offset, at + length)};
		}

		at = bytes.indexOf(needle, at + (length === -1 ? needle.length : length));
	}
}
