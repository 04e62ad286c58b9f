/**
 * One file → one ElfObject: open, read the headers, close.
 *
 * Synchronous, because a closure is thousands of tiny reads of cached pages. Opened without
 * blocking, so that a FIFO or a terminal among the inputs never holds us up.
 */
import {closeSync, constants, fstatSync, openSync} from 'node:fs';
import {faultFromErrno, errnoOf} from '../errors/dynpk-error.js';
import type {HostPath} from '../paths/paths.js';
import {decodeDynamicSection, noFlags} from './dynamic-section.js';
import {invalidElf, truncatedElf} from './elf-fault.js';
import type {ElfObject, ProgramHeader} from './elf-object.js';
import {fileBytes, type FileBytes} from './file-bytes.js';
import {decodeFileHeader, IDENT_SIZE, type FileHeader} from './file-header.js';
import {decodeNotes} from './notes.js';
import {decodeProgramHeaders, PT_GNU_STACK, PT_INTERP, PT_LOAD, PT_TLS} from './program-headers.js';
import {decodeText} from './string-table.js';
import {decodeVersionDefinitions, decodeVersionNeeds} from './version-records.js';

export type Opened =
	| {readonly status: 'elf'; readonly object: ElfObject}
	| {readonly status: 'not-elf'; readonly reason: string};

const MAGIC = '\x7fELF';
const ET_CORE = 4;
const PF_X = 1;
/** PATH_MAX: the kernel refuses a longer interpreter. */
const MAX_INTERPRETER = 4096;
const types = ['other', 'relocatable', 'executable', 'shared', 'core'] as const;

/**
 * Open a file and decode its headers.
 *
 * @throws {DynpkError} ELF_TRUNCATED, ELF_INVALID or NAME_NOT_UTF8 for a file that has the magic
 * and is damaged; PERMISSION or IO for one that cannot be opened.
 */
export function openElf(path: HostPath): Opened {
	const fd = openUnblocking(path);
	if (fd === undefined) {
		return {status: 'not-elf', reason: 'is not a regular file'};
	}

	try {
		// Overlay file systems use inode numbers beyond 2^53.
		const status = fstatSync(fd, {bigint: true});
		if (!status.isFile()) {
			const kind = status.isDirectory() ? 'a directory' : 'not a regular file';
			return {status: 'not-elf', reason: `is ${kind}`};
		}

		const file = fileBytes(fd, path, Number(status.size));
		if (file.size < IDENT_SIZE) {
			return {status: 'not-elf', reason: 'is too short'};
		}

		if (file.at(0, MAGIC.length, 'e_ident').toString('latin1') !== MAGIC) {
			return {status: 'not-elf', reason: 'does not begin with the ELF magic'};
		}

		return {status: 'elf', object: decodeObject(file, `${status.dev}:${status.ino}`)};
	} finally {
		closeSync(fd);
	}
}

function openUnblocking(path: HostPath): number | undefined {
	try {
		return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
	} catch (error) {
		const errno = errnoOf(error);
		// What open(2) says of sockets and of devices nothing drives.
		if (errno === 'ENXIO' || errno === 'ENODEV') {
			return undefined;
		}

		throw faultFromErrno(error, `cannot open ${path}`);
	}
}

function decodeObject(file: FileBytes, fileId: string): ElfObject {
	const header = decodeFileHeader(file);
	const {decoder} = header;
	const headers = decodeProgramHeaders(file, header);
	requireWholeSegments(file, headers);

	const dynamic = decodeDynamicSection(file, decoder, headers);
	const versionTable = (address: number | undefined) =>
		dynamic === undefined || address === undefined
			? undefined
			: {file, decoder, headers, strings: dynamic.strings, address};
	const needs = versionTable(dynamic?.versionNeeds);
	const definitions = versionTable(dynamic?.versionDefinitions);
	// Notes of a core file describe a process, and there are many.
	const notes = decodeNotes(file, decoder, header.type === ET_CORE ? [] : headers);

	return Object.freeze({
		path: file.path,
		fileId,
		size: file.size,
		...describeHeader(header),
		programHeaders: Object.freeze(headers),
		isDynamic: dynamic !== undefined,
		interpreter: readInterpreter(file, headers),
		needed: dynamic?.needed ?? none,
		soname: dynamic?.soname,
		rpath: dynamic?.rpath,
		runpath: dynamic?.runpath,
		filter: dynamic?.filter ?? none,
		auxiliary: dynamic?.auxiliary ?? none,
		audit: dynamic?.audit,
		depAudit: dynamic?.depAudit,
		flags: dynamic?.flags ?? noFlags,
		versionNeeds: needs === undefined ? none : decodeVersionNeeds(needs),
		versionDefinitions: definitions === undefined ? none : decodeVersionDefinitions(definitions),
		...notes,
		...describeMemory(headers),
	});
}

const none: readonly never[] = Object.freeze([]);

function describeHeader(header: FileHeader) {
	return {
		class: header.decoder.class,
		byteOrder: header.byteOrder,
		machine: header.machine,
		osAbi: header.osAbi,
		machineFlags: header.machineFlags,
		type: types[header.type] ?? 'other',
		entry: header.entry,
	} as const;
}

function requireWholeSegments(file: FileBytes, headers: readonly ProgramHeader[]): void {
	for (const {type, offset, fileSize} of headers) {
		if (type === PT_LOAD && offset + fileSize > file.size) {
			const problem = `ends at ${offset + fileSize}, the file at ${file.size}`;
			throw truncatedElf(file.path, 'PT_LOAD', problem);
		}
	}
}

function readInterpreter(file: FileBytes, headers: readonly ProgramHeader[]): string | undefined {
	const segment = headers.find(({type}) => type === PT_INTERP);
	if (segment === undefined || segment.fileSize === 0) {
		return undefined;
	}

	if (segment.fileSize > MAX_INTERPRETER) {
		throw invalidElf(file.path, 'PT_INTERP', `has ${segment.fileSize} bytes`);
	}

	const bytes = file.at(segment.offset, segment.fileSize, 'PT_INTERP');
	const end = bytes.indexOf(0);
	if (end === -1) {
		throw invalidElf(file.path, 'PT_INTERP', 'has no end inside its segment');
	}

	return decodeText(file, bytes.subarray(0, end), 'PT_INTERP');
}

function describeMemory(headers: readonly ProgramHeader[]) {
	const stack = headers.find(({type}) => type === PT_GNU_STACK);
	const tls = headers.find(({type}) => type === PT_TLS);
	return {
		executableStack: stack === undefined || (stack.flags & PF_X) !== 0,
		tls:
			tls === undefined
				? undefined
				: Object.freeze({size: Number(tls.memorySize), alignment: Number(tls.alignment)}),
	};
}
