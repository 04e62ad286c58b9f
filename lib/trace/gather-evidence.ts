/**
 * From what the observers wrote to one trace: sorted, each thing once, only what still is a file.
 *
 * A path with `..` is resolved as far as that, because links before it decide where it leads; the
 * links behind stay, so that a bundle gets them too.
 */
import {createReadStream, existsSync, readFileSync, realpathSync, statSync} from 'node:fs';
import {posix} from 'node:path';
import {createInterface} from 'node:readline';
import {readAuditRecords} from '../audit/read-audit-records.js';
import {makeStopCheck} from '../errors/stop-signal.js';
import {comparePaths, isWithin, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Observers} from './observers.js';
import {makeStraceReader} from './parse-strace.js';
import type {TracedFile, TracedObject} from './trace-evidence.js';

export interface GatheredEvidence {
	readonly programs: readonly {readonly path: SysrootPath}[];
	readonly objects: readonly TracedObject[];
	readonly files: readonly TracedFile[];
}

export interface GatherRequest extends Pick<Observers, 'records' | 'log'> {
	readonly workingDirectory: string;
	/** Our own files are no evidence. */
	readonly privateDirectory: string;
	readonly signal?: AbortSignal | undefined;
}

/** @throws {DynpkError} INTERRUPTED */
export async function gatherEvidence(request: GatherRequest): Promise<GatheredEvidence> {
	const isOurs = (path: SysrootPath): boolean =>
		isWithin(path, sysrootPath(request.privateDirectory));
	const settle = makeSettler(request.workingDirectory);
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
	};
}

function readRecords(file: string): ReturnType<typeof readAuditRecords>['records'] {
	return existsSync(file) ? readAuditRecords(readFileSync(file, 'utf8')).records : [];
}

/** A log may be larger than memory. */
function linesOf(file: string): AsyncIterable<string> | readonly string[] {
	return existsSync(file)
		? createInterface({input: createReadStream(file), crlfDelay: Infinity})
		: [];
}

function isLoader(path: string): boolean {
	return /^ld(?:-linux|64|-musl)?[^/]*\.so(?:\.\d+)?$/u.test(posix.basename(path));
}

/** The path of a regular file, clean and absolute; answers are remembered. */
function makeSettler(workingDirectory: string): (path: string) => SysrootPath | undefined {
	const known = new Map<string, SysrootPath | undefined>();
	return path => {
		if (!known.has(path)) {
			known.set(path, settlePath(posix.isAbsolute(path) ? path : `${workingDirectory}/${path}`));
		}

		return known.get(path);
	};
}

function settlePath(path: string): SysrootPath | undefined {
	const climb = path.lastIndexOf('/../');
	try {
		const head = climb === -1 ? '' : realpathSync(path.slice(0, climb + '/..'.length));
		const settled = sysrootPath(
			`${head}/${climb === -1 ? path : path.slice(climb + '/../'.length)}`,
		);
		return statSync(settled).isFile() && !/\p{Surrogate}/u.test(settled) ? settled : undefined;
	} catch {
		// It was there once, a temporary file perhaps.
		return undefined;
	}
}
