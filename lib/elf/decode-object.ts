/**
 * The headers of one file, put together to an ElfObject.
 *
 * Follows what exec and ld.so read: header, program headers, and through them everything else.
 */
import {decodeDynamicSection, noFlags, type DynamicSection} from './dynamic-section.js';
import {isDebugOnly} from './debug-only.js';
import {invalidElf, truncatedElf} from './elf-fault.js';
import type {ElfObject, ProgramHeader, ThreadLocals, VersionNeed} from './elf-object.js';
import type {FileBytes} from './file-bytes.js';
import {decodeFileHeader, type FileHeader} from './file-header.js';
import {decodeNotes, noNotes, type Notes} from './notes.js';
import {
	decodeProgramHeaders,
	PF_X,
	PT_GNU_STACK,
	PT_INTERP,
	PT_LOAD,
	PT_TLS,
} from './program-headers.js';
import {readImports} from './read-imports.js';
import {readThreadLocals} from './read-thread-locals.js';
import {decodeText, terminated} from './string-table.js';
import {decodeVersionDefinitions, decodeVersionNeeds} from './version-records.js';

/** What the program headers lead to. */
interface Contents {
	readonly interpreter: string | undefined;
	readonly dynamic: DynamicSection | undefined;
	readonly versionNeeds: readonly VersionNeed[];
	readonly versionDefinitions: readonly string[];
	readonly notes: Notes;
}

const ET_CORE = 4;
const EM_NONE = 0;
/** PATH_MAX: the kernel refuses a longer interpreter. */
const MAX_INTERPRETER = 4096;
const types = ['other', 'relocatable', 'executable', 'shared', 'core'] as const;
const none: readonly never[] = Object.freeze([]);

/** @throws {DynpkError} ELF_TRUNCATED, ELF_INVALID or NAME_NOT_UTF8. */
export function decodeObject(file: FileBytes, fileId: string): ElfObject {
	const header = decodeFileHeader(file);
	const headers = decodeProgramHeaders(file, header);
	const {interpreter, dynamic, versionNeeds, versionDefinitions, notes} = decodeContents(
		file,
		header,
		headers,
	);

	let imports: readonly string[] | undefined;
	let threadLocals: ThreadLocals | undefined;
	const whole = {path: file.path, size: file.size, machine: header.machine};
	return Object.freeze({
		path: file.path,
		fileId,
		size: file.size,
		class: header.decoder.class,
		byteOrder: header.byteOrder,
		machine: header.machine,
		osAbi: header.osAbi,
		machineFlags: header.machineFlags,
		type: types[header.type] ?? 'other',
		entry: header.entry,
		programHeaders: headers,
		isDynamic: dynamic !== undefined,
		interpreter,
		needed: dynamic?.needed ?? none,
		soname: dynamic?.soname,
		rpath: dynamic?.rpath,
		runpath: dynamic?.runpath,
		filter: dynamic?.filter ?? none,
		auxiliary: dynamic?.auxiliary ?? none,
		audit: dynamic?.audit,
		depAudit: dynamic?.depAudit,
		flags: dynamic?.flags ?? noFlags,
		stringTable: dynamic?.stringTable,
		get imports() {
			return (imports ??= readImports(file.path, file.size, header.decoder, dynamic));
		},
		get threadLocals() {
			return (threadLocals ??= readThreadLocals(whole, header.decoder, dynamic));
		},
		versionNeeds,
		versionDefinitions,
		...notes,
		...describeMemory(file, headers),
	});
}

function decodeContents(
	file: FileBytes,
	header: FileHeader,
	headers: readonly ProgramHeader[],
): Contents {
	try {
		return readContents(file, header, headers);
	} catch (fault) {
		if (!isDebugOnly(file, header.decoder)) {
			throw fault;
		}

		return {
			interpreter: undefined,
			dynamic: undefined,
			versionNeeds: none,
			versionDefinitions: none,
			notes: noNotes,
		};
	}
}

function readContents(
	file: FileBytes,
	header: FileHeader,
	headers: readonly ProgramHeader[],
): Contents {
	const {decoder} = header;
	requireWholeSegments(file, headers);
	const interpreter = readInterpreter(file, headers);
	// Guile's compiled modules are of no machine: tables of its own, and nothing in them has a name.
	const isForLoader = header.machine !== EM_NONE;
	const dynamic = isForLoader ? decodeDynamicSection(file, decoder, headers) : undefined;
	const versions = {file, decoder, headers};
	return {
		interpreter,
		dynamic,
		versionNeeds:
			dynamic?.versionNeeds === undefined
				? none
				: decodeVersionNeeds({
						...versions,
						strings: dynamic.strings,
						address: dynamic.versionNeeds,
					}),
		versionDefinitions:
			dynamic?.versionDefinitions === undefined
				? none
				: decodeVersionDefinitions({
						...versions,
						strings: dynamic.strings,
						address: dynamic.versionDefinitions,
					}),
		// Those of a core file describe a process, and are many.
		notes: header.type === ET_CORE ? noNotes : decodeNotes(file, decoder, headers),
	};
}

function requireWholeSegments(file: FileBytes, headers: readonly ProgramHeader[]): void {
	for (const {type, offset, fileSize} of headers) {
		// Zeroed memory is of no file, wherever in it it is said to begin.
		if (type === PT_LOAD && fileSize > 0 && offset + fileSize > file.size) {
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

	const text = terminated(file, segment.offset, segment.fileSize, 'PT_INTERP');
	return decodeText(file, text, 'PT_INTERP');
}

function describeMemory(
	file: FileBytes,
	headers: readonly ProgramHeader[],
): Pick<ElfObject, 'executableStack' | 'tls'> {
	const stack = headers.find(({type}) => type === PT_GNU_STACK);
	const tls = headers.find(({type}) => type === PT_TLS);
	return {
		executableStack: stack === undefined || (stack.flags & PF_X) !== 0,
		tls: tls === undefined ? undefined : describeTls(file, tls),
	};
}

function describeTls(file: FileBytes, segment: ProgramHeader): ElfObject['tls'] {
	const [size, alignment] = [Number(segment.memorySize), Number(segment.alignment)];
	if (!Number.isSafeInteger(size) || !Number.isSafeInteger(alignment)) {
		throw invalidElf(file.path, 'PT_TLS', `has ${size} bytes, aligned to ${alignment}`);
	}

	return Object.freeze({size, alignment});
}
