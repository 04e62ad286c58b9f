/**
 * From what the observers wrote to one trace: sorted, each thing once, only what still is a file.
 *
 * A path with `..` is resolved as far as that, because links before it decide where it leads; the
 * links behind stay, so that a bundle gets them too.
 */
import {createReadStream, openSync, readFileSync, realpathSync, statSync} from 'node:fs';
import {posix} from 'node:path';
import {createInterface} from 'node:readline';
import {readAuditRecords} from '../audit/read-audit-records.js';
import {errnoOf, faultFromErrno} from '../errors/dynpk-error.js';
import {makeStopCheck} from '../errors/stop-signal.js';
import {comparePaths, isWithin, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Observers} from './observers.js';
import {makeStraceReader} from './parse-strace.js';
import type {TracedFile, TracedObject} from './trace-evidence.js';

export interface GatheredEvidence {
	readonly programs: readonly {readonly path: SysrootPath}[];
	readonly objects: readonly TracedObject[];
	readonly files: readonly TracedFile[];
	/** What it used and this user may not look at, or cannot: left out. */
	readonly hidden: readonly string[];
}

export interface GatherRequest extends Pick<Observers, 'records' | 'log'> {
	readonly workingDirectory: string;
	/** Our own files are no evidence. */
	readonly privateDirectory: string;
	readonly signal?: AbortSignal | undefined;
}

/** @throws {DynpkError} INTERRUPTED, IO */
export async function gatherEvidence(request: GatherRequest): Promise<GatheredEvidence> {
	const isOurs = (path: SysrootPath): boolean =>
		isWithin(path, sysrootPath(request.privateDirectory));
	const hidden: string[] = [];
	const settle = makeSettler(request.workingDirectory, hidden);
	const programs = new Set<SysrootPath>();
	const objects = new Map<string, TracedObject>();
	const files = new Map<SysrootPath, TracedFile['use']>();
	for (const {requester, place, name, opened, verdict} of readRecords(request.records)) {
		const path = verdict === 'vdso' ? undefined : settle(opened);
		if (path === undefined || isOurs(path)) {
			continue;
		}

		if (requester === undefined && name === opened && !isLoader(path)) {
			programs.add(path);
		} else if (requester !== undefined) {
			objects.set(`${path}\0${name}\0${requester}`, {path, name, requester, place});
		}
	}

	const loaded = new Set([...objects.values()].map(({path}) => path));
	const read = makeStraceReader(request.workingDirectory);
	const stop = makeStopCheck(request.signal);
	for await (const line of linesOf(request.log)) {
		await stop(line.length);
		const call = read(line);
		const path = call === undefined ? undefined : settle(call.path);
		if (call === undefined || path === undefined || isOurs(path) || loaded.has(path)) {
			continue;
		}

		if (call.kind === 'started') {
			programs.add(path);
		} else if (files.get(path) !== 'read') {
			files.set(path, call.kind);
		}
	}

	const byPath = (a: {path: string}, b: {path: string}): number => comparePaths(a.path, b.path);
	return {
		programs: [...programs].map(path => ({path})).sort(byPath),
		objects: [...objects.entries()].sort(([a], [b]) => comparePaths(a, b)).map(([, item]) => item),
		files: [...files]
			.filter(([path]) => !programs.has(path))
			.map(([path, use]) => ({path, use}))
			.sort(byPath),
		hidden,
	};
}

function readRecords(file: string): ReturnType<typeof readAuditRecords>['records'] {
	const text = ifThere(file, () => readFileSync(file));
	return text === undefined ? [] : readAuditRecords(text.toString()).records;
}

/** A log may be larger than memory. */
function linesOf(file: string): AsyncIterable<string> | readonly string[] {
	const fd = ifThere(file, () => openSync(file, 'r'));
	return fd === undefined
		? []
		: createInterface({input: createReadStream(file, {fd}), crlfDelay: Infinity});
}

/** An observer that saw nothing may have written nothing; `undefined` then. */
function ifThere<T>(file: string, read: () => T): T | undefined {
	try {
		return read();
	} catch (error) {
		if (errnoOf(error) === 'ENOENT') {
			return undefined;
		}

		throw faultFromErrno(error, `cannot read ${file}`);
	}
}

function isLoader(path: string): boolean {
	return /^ld(?:-linux|64|-musl)?[^/]*\.so(?:\.\d+)?$/u.test(posix.basename(path));
}

/** The path of a regular file, clean and absolute; answers are remembered. */
function makeSettler(
	workingDirectory: string,
	hidden: string[],
): (path: string) => SysrootPath | undefined {
	const known = new Map<string, SysrootPath | undefined>();
	return path => {
		if (!known.has(path)) {
			const absolute = posix.isAbsolute(path) ? path : `${workingDirectory}/${path}`;
			known.set(path, settlePath(absolute, hidden));
		}

		return known.get(path);
	};
}

/** It was there once, a temporary file perhaps. */
const NOT_THERE: ReadonlySet<string> = new Set([
	...['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'],
]);

function settlePath(path: string, hidden: string[]): SysrootPath | undefined {
	const climb = path.lastIndexOf('/../');
	try {
		const head = climb === -1 ? '' : realpathSync(path.slice(0, climb + '/..'.length));
		const settled = sysrootPath(
			`${head}/${climb === -1 ? path : path.slice(climb + '/../'.length)}`,
		);
		return statSync(settled).isFile() && !/\p{Surrogate}/u.test(settled) ? settled : undefined;
	} catch (error) {
		if (!NOT_THERE.has(errnoOf(error) ?? '')) {
			hidden.push(path);
		}

		return undefined;
	}
}
