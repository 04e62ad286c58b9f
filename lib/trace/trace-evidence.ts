/**
 * What a run of a program showed, as `dynpk trace` writes it and `dynpk pack --trace` reads it.
 *
 * The form is docs/trace-v1.schema.json. A trace may come from another user: the
 * schema, which also keeps every path clean, decides whether it is believed.
 */
import {DynpkError, faultFromErrno} from '../errors/dynpk-error.js';
import type {HostPath, SysrootPath} from '../paths/paths.js';
import {readWholeFile} from '../paths/read-whole-file.js';
import {objectionToForm} from '../schema/check-form.js';

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
		const read = readWholeFile(file, SIZE_LIMIT);
		if (read.status === 'refused') {
			throw invalid(file, read.why);
		}

		text = read.bytes.toString('utf8');
	} catch (error) {
		throw error instanceof DynpkError ? error : faultFromErrno(error, `cannot read ${file}`);
	}

	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (cause) {
		throw invalid(file, 'it is no JSON', cause);
	}

	const objection = objectionToForm('trace-v1', value);
	if (objection !== undefined) {
		throw invalid(file, objection);
	}

	// The schema is the type's twin.
	return value as TraceEvidence;
}

function invalid(file: string, why: string, cause?: unknown): DynpkError {
	return new DynpkError('TRACE_INVALID', `${file} is no trace: ${why}`, {
		hint: 'make one with dynpk trace -o FILE -- COMMAND',
		...(cause === undefined ? {} : {cause}),
	});
}
