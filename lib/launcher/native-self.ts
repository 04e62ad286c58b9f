/**
 * For a program that reads its own file: the program with an entry stub, and the launcher beside it.
 *
 * The file that is started is the program's own, but for two places: its PT_INTERP program header is
 * switched off, so that the kernel looks for no loader on the host, and it is entered at
 * wrappers/launcher/self-stub.c (./stub-place.ts). Offsets, size and everything the program may look for
 * in itself stay. The launcher holds the original pages and puts them back,
 * in memory, before the loader sees the program.
 */
import {posix} from 'node:path';
import {readElfLayout} from '../elf/elf-layout.js';
import {EM_AARCH64} from '../elf/elf-machines.js';
import type {ElfObject, ProgramHeader} from '../elf/elf-object.js';
import {PF_W, PT_INTERP, PT_LOAD} from '../elf/program-headers.js';
import {DynpkError} from '../errors/dynpk-error.js';
import type {ByteRange} from '../paths/byte-range.js';
import {inMemory} from '../paths/host-file.js';
import {helpDebuggers} from './help-debuggers.js';
import type {LoaderLaunch} from './launch-spec.js';
import {makeNativeLauncher} from './native-launcher.js';
import type {RecordPage} from './native-record.js';
import {enterAt, placeStub} from './stub-place.js';

export interface SelfLaunch {
	/** To be put at `spec.launcher`: as long as the program. */
	readonly program: Buffer;
	/** To be put at `spec.program`. */
	readonly launcher: Buffer;
	/** Where `program` differs from the original. */
	readonly edits: readonly ByteRange[];
}

export interface SelfParts {
	readonly spec: LoaderLaunch;
	readonly object: ElfObject;
	/** The program's bytes. */
	readonly bytes: Buffer;
	/** The prebuilt launcher and entry stub of the program's machine. */
	readonly launcher: Buffer;
	readonly stub: Buffer;
}

/** @throws {DynpkError} UNSUPPORTED_LOADER where the program's layout has no room for a stub. */
export function makeSelfLaunch(parts: SelfParts): SelfLaunch {
	const {spec, object, bytes, stub} = parts;
	requireNeighbours(spec);
	const layout = readLayout(object, bytes);
	const place = placeStub(object, inMemory(bytes), stub.length);
	if (place === undefined) {
		throw noRoom(spec, `there are not ${stub.length} bytes behind its code, or its entry point`);
	}

	const program = Buffer.from(bytes);
	program.writeUInt32LE(0, layout.interpreterHeader);
	stub.copy(program, place.offset);
	const edits = [
		...(place.isPadding ? [enterAt(program, object, place)] : []),
		{offset: layout.interpreterHeader, length: 4},
		{offset: place.offset, length: stub.length},
		...(place.isPadding ? helpDebuggers(program, object) : []),
	];
	const headers = layout.segments.find(segment => holds(segment, layout.interpreterHeader, 4));
	if (headers?.offset !== 0 || (headers.flags & PF_W) !== 0) {
		throw noRoom(spec, 'its program headers do not lie in its first segment');
	}

	const size = object.machine === EM_AARCH64 ? 65_536 : 4096;
	const pages = [
		...pagesOf(headers, {offset: 0, length: layout.headersEnd}, size),
		...(place.isPadding
			? []
			: pagesOf(place.segment, {offset: place.offset, length: stub.length}, size)),
	].filter((page, index, all) => all.findIndex(other => other.file === page.file) === index);
	return {program, launcher: makeCompanion(parts, layout, pages, size), edits};
}

interface Layout {
	readonly segments: readonly ProgramHeader[];
	readonly lowest: bigint;
	/** File offsets. */
	readonly headersOffset: number;
	readonly headersEnd: number;
	readonly interpreterHeader: number;
}

interface OriginalPage {
	readonly address: number;
	readonly file: number;
	readonly length: number;
	readonly flags: number;
}

/** The stub knows no path but its own: the launcher must lie beside it under the name it makes. */
function requireNeighbours(spec: LoaderLaunch): void {
	const expected = posix.join(
		posix.dirname(spec.launcher),
		`.${posix.basename(spec.launcher)}.dynpk`,
	);
	if (spec.program !== expected) {
		throw new DynpkError('USAGE', `${spec.launcher} needs its launcher at ${expected}`);
	}
}

function readLayout(object: ElfObject, bytes: Buffer): Layout {
	const headers = readElfLayout(bytes, object.path)?.programHeaders;
	if (headers === undefined) {
		throw new Error(`${object.path} is no ELF file`);
	}
	const {offset, entrySize, count} = headers;
	const interpreter = object.programHeaders.findIndex(({type}) => type === PT_INTERP);
	const segments = object.programHeaders.filter(({type}) => type === PT_LOAD);
	return {
		segments,
		lowest: (segments[0]?.virtualAddress ?? 0n) & ~0xfffn,
		headersOffset: offset,
		headersEnd: offset + entrySize * count,
		interpreterHeader: offset + entrySize * interpreter,
	};
}

function holds(segment: ProgramHeader, offset: number, length: number): boolean {
	return offset >= segment.offset && offset + length <= segment.offset + segment.fileSize;
}

/** The pages around `range`, but no more of them than the segment has. */
function pagesOf(segment: ProgramHeader, range: ByteRange, size: number): OriginalPage[] {
	const first = floor(range.offset, size);
	const last = floor(range.offset + range.length - 1, size);
	const pages: OriginalPage[] = [];
	for (let page = first; page <= last; page += size) {
		const start = Math.max(page, floor(segment.offset, 4096));
		const end = Math.min(page + size, floor(segment.offset + segment.fileSize + 4095, 4096));
		const address = Number(segment.virtualAddress) + start - segment.offset;
		pages.push({address, file: start, length: end - start, flags: segment.flags});
	}

	return pages;
}

/** The launcher, and behind its segments the original pages, aligned as mmap needs them. */
function makeCompanion(
	{spec, bytes, launcher: prebuilt}: SelfParts,
	layout: Layout,
	pages: readonly OriginalPage[],
	size: number,
): Buffer {
	const make = (places: readonly RecordPage[]): Buffer =>
		makeNativeLauncher(spec, prebuilt, {headers: layout.headersOffset, pages: places});
	const place = (start: number): RecordPage[] =>
		pages.map((page, index) => ({
			address: page.address - Number(layout.lowest),
			offset: start + index * size + (page.file % size),
			size: page.length,
			flags: page.flags,
		}));
	// The record is as long whatever numbers it holds.
	const start = floor(make(place(0)).length + size - 1, size);
	const launcher = make(place(start));
	const companion = Buffer.alloc(start + pages.length * size);
	launcher.copy(companion);
	place(start).forEach(({offset}, index) => {
		const page = pages[index];
		if (page !== undefined) {
			bytes.copy(companion, offset, page.file, page.file + page.length);
		}
	});
	return companion;
}

function floor(value: number, multiple: number): number {
	return value - (value % multiple);
}

function noRoom(spec: LoaderLaunch, reason: string): DynpkError {
	return new DynpkError('UNSUPPORTED_LOADER', `${spec.launcher} cannot start itself: ${reason}`, {
		hint: 'force another launch strategy',
	});
}
