/** From the words behind `run` to a running program, and its end as our own. */
import {existsSync} from 'node:fs';
import {posix} from 'node:path';
import {auditSetting} from '../../lib/audit/audit-setting.js';
import {unpackingPlaces} from '../../lib/cache/unpacking-places.js';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {sanitise} from '../../lib/errors/sanitise.js';
import {auditObstacle} from '../../lib/manifest/audit-obstacle.js';
import {assertTreeMatches} from '../../lib/manifest/compare-tree.js';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {hostPath, type HostPath} from '../../lib/paths/paths.js';
import {endAs} from '../../lib/run/end-as.js';
import {locateBundle, type LocateRequest} from '../../lib/run/locate-bundle.js';
import {runBundle} from '../../lib/run/run-bundle.js';
import {interruptibly} from '../interruptible.js';
import {temporaryPlaces} from '../temporary-places.js';
import {notice} from '../notice.js';
import {BUG_STATUS, reportFault} from '../report-fault.js';
import {withBundle, type Surroundings} from '../with-bundle.js';
import {explainEngine} from './explain-engine.js';

export interface RunCommandLine {
	/** BUNDLE, PROGRAM and its arguments. */
	readonly words: readonly string[];
	readonly cache: string | undefined;
	readonly engine: string | undefined;
	readonly explain: boolean;
	readonly audit: string | undefined;
	readonly allow: readonly string[];
	readonly allowExec: readonly string[];
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly workingDirectory: string;
}

/** On the target a fault of ours must not look like the program's own status. */
const FAILED_BEFORE_START = 125;

export async function run(commandLine: RunCommandLine): Promise<void> {
	const [bundle, first, ...rest] = commandLine.words;
	// `run BUNDLE -- ARGS` gives arguments to the entry program.
	const program = first === '--' ? undefined : first;
	const args = rest;
	if (bundle === undefined) {
		throw new DynpkError('USAGE', 'name a bundle to run a program of', {
			hint: 'dynpk run BUNDLE [PROGRAM [ARGS...]]',
		});
	}

	const {engine} = commandLine;
	const env = {
		...commandLine.env,
		...auditSetting(commandLine),
		...(engine === undefined ? {} : {DYNPK_ENGINE: engine}),
	};
	try {
		if (commandLine.explain) {
			const explain = (signal: AbortSignal): Promise<string> =>
				withBundle(bundle, surroundings(commandLine, signal), place =>
					explainEngine({...location(commandLine, place), program, signal}, env.DYNPK_ENGINE),
				);
			process.stdout.write(await interruptibly(explain));
			return;
		}

		// A signal that comes later is the program's.
		const located = await interruptibly(signal =>
			withBundle(bundle, surroundings(commandLine, signal), place =>
				locateBundle({...location(commandLine, place), signal}),
			),
		);
		const outcome = await runBundle({
			located,
			program,
			args,
			env,
			admit: directory => {
				assertBundle(directory);
				assertAuditable(bundle, directory, commandLine);
			},
			readEntry: directory => Promise.resolve(entryProgram(directory)),
			notice,
		});
		if (outcome.kind === 'not-started') {
			notice(outcome.reason);
			if (outcome.hint !== undefined) {
				process.stderr.write(`hint: ${sanitise(outcome.hint)}\n`);
			}
		}

		endAs(outcome);
	} catch (error) {
		const status = reportFault(error, text => process.stderr.write(text));
		const isInterrupted = error instanceof DynpkError && error.code === 'INTERRUPTED';
		process.exitCode = isInterrupted || status === BUG_STATUS ? status : FAILED_BEFORE_START;
	}
}

function surroundings({env, workingDirectory}: RunCommandLine, signal: AbortSignal): Surroundings {
	return {workingDirectory, temporary: temporaryPlaces(env), signal};
}

function location(commandLine: RunCommandLine, bundle: HostPath): LocateRequest {
	const {env, workingDirectory, cache} = commandLine;
	return {
		bundle,
		caches:
			cache === undefined
				? unpackingPlaces(env, process.geteuid?.() ?? 0, workingDirectory)
				: [{directory: hostPath(posix.resolve(workingDirectory, cache))}],
		explain: env.DYNPK_EXPLAIN === undefined ? undefined : sentence => notice(`cache: ${sentence}`),
		temporary: temporaryPlaces(env),
		check: async ({directory, entries}) => {
			const manifest = readManifest(posix.join(directory, 'dynpk.json'));
			assertTreeMatches(bundle, manifest, entries);
			await Promise.resolve();
		},
		notice,
	};
}

/** @throws {DynpkError} MANIFEST_INVALID for a directory that is no bundle at all. */
function assertBundle(directory: HostPath): void {
	if (!existsSync(posix.join(directory, 'dynpk.json'))) {
		throw new DynpkError('MANIFEST_INVALID', `${directory} is no bundle: it has no dynpk.json`);
	}
}

/** Whoever asks for an audit must not take its silence for an answer. */
function assertAuditable(
	bundle: string,
	directory: HostPath,
	{audit, allow, allowExec}: RunCommandLine,
): void {
	if (audit === 'off' || (audit === undefined && allow.length + allowExec.length === 0)) {
		return;
	}

	const reason = auditObstacle(readManifest(posix.join(directory, 'dynpk.json')));
	if (reason !== undefined) {
		throw new DynpkError('UNSUPPORTED_LOADER', `${bundle} cannot be audited: ${reason}`, {
			hint: 'run it without --audit, --allow and --allow-exec, or pack it again',
		});
	}
}

/** @throws {DynpkError} MANIFEST_INVALID, also when the bundle offers no program. */
function entryProgram(directory: HostPath): string {
	const [entry] = readManifest(posix.join(directory, 'dynpk.json')).programs;
	if (entry === undefined) {
		throw new DynpkError('MANIFEST_INVALID', `${directory} offers no program`);
	}

	return entry.name;
}
