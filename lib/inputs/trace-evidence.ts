/**
 * What a run of a program showed, as `dynpk trace` writes it and `dynpk pack --trace` reads it.
 *
 * The form is docs/trace-v1.schema.json. A trace may come from another user: everything is checked,
 * and what is no clean absolute path is refused.
 */
import {readFileSync, statSync} from 'node:fs';
import {posix} from 'node:path';
import {DynpkError, faultFromErrno} from '../errors/dynpk-error.js';
import {sysrootPath, type HostPath, type SysrootPath} from '../paths/paths.js';

export interface TraceEvidence {
	readonly schema: 'dynpk-trace/1';
	readonly command: readonly string[];
	/** The user's home while it ran; what lies there is private. */
	readonly home: SysrootPath | undefined;
	/** How it ended: a failed run has shown little. */
	readonly ended: {readonly status: number} | {readonly signal: string};
	/** `used`, or why not. */
	readonly observers: {readonly stub: string; readonly strace: string};
	readonly programs: readonly {readonly path: SysrootPath}[];
	readonly objects: readonly TracedObject[];
	readonly files: readonly TracedFile[];
}

export interface TracedObject {
	readonly path: SysrootPath;
	/** As asked for. */
	readonly name: string;
	readonly requester?: string | undefined;
	/** The loader's rule by which it was found. */
	readonly place?: string | undefined;
}

export interface TracedFile {
	readonly path: SysrootPath;
	/** Opened for reading; or only asked after, with an answer that it is there. */
	readonly use: 'read' | 'looked-at';
}

const SIZE_LIMIT = 256 << 20;

/** @throws {DynpkError} TRACE_INVALID, PERMISSION, IO */
export function readTrace(file: HostPath): TraceEvidence {
	let text: string;
	try {
		if (statSync(file).size > SIZE_LIMIT) {
			throw invalid(file, 'it is too large');
		}

		text = readFileSync(file, 'utf8');
	} catch (error) {
		throw error instanceof DynpkError ? error : faultFromErrno(error, `cannot read ${file}`);
	}

	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (cause) {
		throw invalid(file, 'it is no JSON', cause);
	}

	const fault = faultOf(value);
	if (fault !== undefined) {
		throw invalid(file, fault);
	}

	// Every field has just been looked at.
	return value as TraceEvidence;
}

function invalid(file: string, why: string, cause?: unknown): DynpkError {
	return new DynpkError('TRACE_INVALID', `${file} is no trace: ${why}`, {
		hint: 'make one with dynpk trace -o FILE -- COMMAND',
		...(cause === undefined ? {} : {cause}),
	});
}

function faultOf(value: unknown): string | undefined {
	if (!isRecord(value) || value.schema !== 'dynpk-trace/1') {
		return 'its schema is not dynpk-trace/1';
	}

	if (value.home !== undefined && !isCleanPath(value.home)) {
		return 'home is no absolute path';
	}

	const {programs, objects, files} = value;
	const isOfObject = (item: Fields): boolean =>
		typeof item.name === 'string' &&
		[item.requester, item.place].every(text => text === undefined || typeof text === 'string');
	return (
		faultOfList('programs', programs, () => true) ??
		faultOfList('objects', objects, isOfObject) ??
		faultOfList('files', files, ({use}) => use === 'read' || use === 'looked-at')
	);
}

type Fields = Readonly<Record<string, unknown>>;

function faultOfList(
	name: string,
	list: unknown,
	isWhole: (item: Fields) => boolean,
): string | undefined {
	if (!Array.isArray(list)) {
		return `${name} is no list`;
	}

	const index = list.findIndex(
		(item: unknown) => !isRecord(item) || !isCleanPath(item.path) || !isWhole(item),
	);
	return index === -1 ? undefined : `${name}[${index}] is not as it must be`;
}

function isRecord(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCleanPath(path: unknown): boolean {
	return (
		typeof path === 'string' &&
		posix.isAbsolute(path) &&
		!path.includes('\0') &&
		sysrootPath(path) === path
	);
}
