/**
 * Run a program of the bundle under the audit's `record`, and report every object from outside with
 * the chain of requests that led to it, every program of the host that it started and every file of
 * the host's that it read.
 *
 * The audit watches and refuses nothing, so the program does what it always does; its children of the
 * bundle write to the same record.
 */
import {readFileSync, statSync} from 'node:fs';
import {posix} from 'node:path';
import {readAuditRecords, type AuditEvent, type AuditRecord} from '../audit/read-audit-records.js';
import {DynpkError} from '../errors/dynpk-error.js';
import {auditObstacle} from '../manifest/audit-obstacle.js';
import type {BundleManifest} from '../manifest/manifest.js';
import type {HostPath} from '../paths/paths.js';
import {findProgram} from '../run/find-program.js';
import type {ProgramOutcome} from '../run/program-outcome.js';
import {startProgram} from '../run/start-program.js';
import type {VerifyFinding} from './finding.js';

export interface RecordedProgram {
	/** A name in the bundle's `bin/`. */
	readonly program: string;
	readonly args: readonly string[];
	readonly env: Readonly<Record<string, string | undefined>>;
	/** A directory of our own, for the record. */
	readonly privateDirectory: HostPath;
}

export interface RecordedRun {
	readonly findings: readonly VerifyFinding[];
	/** `undefined` where the program was not started. */
	readonly outcome: ProgramOutcome | undefined;
}

/** A program that opens objects without end must not fill our memory. */
const RECORD_LIMIT = 256 << 20;

/** @throws {DynpkError} TARGET_NOT_FOUND for a program that the bundle does not offer. */
export async function recordRun(
	top: HostPath,
	manifest: BundleManifest,
	{program, args, env, privateDirectory}: RecordedProgram,
): Promise<RecordedRun> {
	const found = findProgram(top, program);
	if (found.kind === 'not-started') {
		throw new DynpkError('TARGET_NOT_FOUND', found.reason, found.hint ? {hint: found.hint} : {});
	}

	const obstacle = auditObstacle(manifest);
	if (obstacle !== undefined) {
		const message = `cannot be recorded: ${obstacle}`;
		const finding = {code: 'AUDIT_UNAVAILABLE', path: program, message} as const;
		return {findings: [finding], outcome: undefined};
	}

	const file = posix.join(privateDirectory, 'record');
	const recording = {...env, DYNPK_AUDIT: `record:${file}`};
	const outcome = await startProgram({file: found.file, args, env: recording, comesBack: true});
	return {findings: judgeRecord(file, program, posix.normalize(top)), outcome};
}

function judgeRecord(file: string, program: string, top: string): VerifyFinding[] {
	const size = statSync(file, {throwIfNoEntry: false})?.size ?? 0;
	if (size === 0 || size > RECORD_LIMIT) {
		const why = size === 0 ? 'it loaded no object' : 'it loaded more objects than can be read';
		return [{code: 'RUN_NOT_RECORDED', path: program, message: `nothing is known: ${why}`}];
	}

	const {records, events, damaged} = readAuditRecords(readFileSync(file).toString());
	const outside = records.filter(({verdict}) => verdict === 'outside');
	const findings = new Map(
		outside.map((record): readonly [string, VerifyFinding] => {
			const message = `comes from outside: ${tellChain(record, records, top)}`;
			return [
				`${record.path}\0${message}`,
				{code: 'OBJECT_FROM_OUTSIDE', path: record.path, message},
			];
		}),
	);
	const torn: VerifyFinding = {
		code: 'RUN_NOT_RECORDED',
		path: program,
		message: `${damaged} lines of its record are damaged`,
	};
	return [
		...findings.values(),
		...events.map(event => eventFinding(event, top)),
		...(damaged > 0 ? [torn] : []),
	];
}

function eventFinding({kind, name, path, requester}: AuditEvent, top: string): VerifyFinding {
	const as = name === path ? '' : ` as ${name}`;
	return kind === 'program'
		? {
				code: 'PROGRAM_FROM_OUTSIDE',
				path,
				message: `is started from outside: asked for${as} by ${shown(requester, top)}`,
			}
		: {
				code: 'FILE_FROM_OUTSIDE',
				path,
				message: `is read from outside by ${shown(requester, top)}`,
			};
}

/** `asked for as libx.so by A, found by runpath; A asked for by PROGRAM, …`, back to the program. */
function tellChain(last: AuditRecord, records: readonly AuditRecord[], top: string): string {
	const links: string[] = [];
	const told = new Set<AuditRecord>();
	let current: AuditRecord | undefined = last;
	for (
		;
		current?.requester !== undefined && !told.has(current);
		current = requesterOf(current, records)
	) {
		told.add(current);
		const {name, opened, requester, place} = current;
		const subject = links.length === 0 ? '' : `${shown(opened, top)} `;
		const as = name === opened ? '' : ` as ${name}`;
		const by = place === undefined || place === 'name' ? '' : `, found by ${place}`;
		links.push(`${subject}asked for${as} by ${shown(requester, top)}${by}`);
	}

	return links.length === 0 ? 'no object asked for it' : links.join('; ');
}

function requesterOf(
	{requester, pid, namespace}: AuditRecord,
	records: readonly AuditRecord[],
): AuditRecord | undefined {
	return records.find(
		record =>
			record.pid === pid &&
			record.namespace === namespace &&
			(record.opened === requester || record.path === requester),
	);
}

function shown(path: string, top: string): string {
	return path.startsWith(`${top}/`) ? path.slice(top.length + 1) : path;
}
