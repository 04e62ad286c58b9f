/** From the words behind `trace` to a run that is watched, its trace, and its end as our own. */
import {accessSync, constants, readdirSync, statSync} from 'node:fs';
import {machine} from 'node:os';
import {posix} from 'node:path';
import {removeTree} from '../../lib/archive/remove-tree.js';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {nearestNames} from '../../lib/errors/nearest-names.js';
import {openLauncherKit} from '../../lib/launcher/launcher-kit.js';
import {hostPath, sysrootPath, type HostPath} from '../../lib/paths/paths.js';
import {endAs} from '../../lib/run/end-as.js';
import {makeTemporaryDirectory} from '../../lib/run/make-temporary-directory.js';
import type {ProgramOutcome} from '../../lib/run/program-outcome.js';
import {removeQuietly} from '../../lib/run/remove-quietly.js';
import {startProgram} from '../../lib/run/start-program.js';
import {gatherEvidence} from '../../lib/trace/gather-evidence.js';
import {openObservers, type Observers} from '../../lib/trace/observers.js';
import type {TraceEvidence} from '../../lib/trace/trace-evidence.js';
import {assertWritable, writeTrace} from '../../lib/trace/write-trace.js';
import {interruptibly, type HandOver} from '../interruptible.js';
import {temporaryPlaces} from '../temporary-places.js';
import {notice} from '../notice.js';

export interface TraceCommandLine {
	readonly output: string;
	readonly quiet: boolean;
	readonly command: readonly string[];
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly workingDirectory: string;
}

/** @throws {DynpkError} USAGE, TARGET_NOT_FOUND, INTERRUPTED, and what making the trace's place throws. */
export async function trace(commandLine: TraceCommandLine): Promise<void> {
	const {command, env} = commandLine;
	const [name, ...args] = command;
	if (name === undefined) {
		throw new DynpkError('USAGE', 'name a command to trace', {
			hint: 'dynpk trace -o FILE COMMAND [ARGS...]',
		});
	}

	const file = findProgram(name, commandLine);
	if (file === undefined) {
		const [meant] = name.includes('/') ? [] : nearestNames(name, namesOnPath(commandLine));
		throw new DynpkError(
			'TARGET_NOT_FOUND',
			`cannot find a program named ${name}`,
			meant === undefined ? {} : {hint: `did you mean ${meant}?`},
		);
	}

	const outcome = await interruptibly((signal, _, handOver) =>
		watchRun({commandLine, name, file, args, env}, signal, handOver),
	);
	if (outcome.kind === 'not-started') {
		notice(outcome.reason);
	}

	endAs(outcome);
}

interface WatchedRun extends Start {
	readonly commandLine: TraceCommandLine;
}

async function watchRun(
	{commandLine, ...start}: WatchedRun,
	signal: AbortSignal,
	handOver: HandOver,
): Promise<ProgramOutcome> {
	const {env, workingDirectory} = commandLine;
	const output = hostPath(posix.resolve(workingDirectory, commandLine.output));
	assertWritable(output);
	const privateDirectory = makeTemporaryDirectory(temporaryPlaces(env), []);
	try {
		const observers = openObservers({
			privateDirectory,
			auditStub: openLauncherKit(machine())?.auditStub,
			strace: findProgram('strace', commandLine),
		});
		tellObservers(commandLine, observers);
		// What is sent to the program is not meant for what it leaves behind.
		const outcome = await handOver(() => startUnder(observers, start));
		if (outcome.kind !== 'not-started') {
			const {hidden, ...gathered} = await gatherEvidence({
				...observers,
				workingDirectory,
				privateDirectory,
				signal,
			});
			tellHidden(hidden);
			writeTrace(output, {...head(commandLine, observers, outcome), ...gathered});
		}

		return outcome;
	} finally {
		removeQuietly(() => removeTree(privateDirectory), notice);
	}
}

interface Start {
	readonly file: HostPath;
	readonly name: string;
	readonly args: readonly string[];
	readonly env: Readonly<Record<string, string | undefined>>;
}

async function startUnder(
	{under, variables}: Observers,
	{file, name, args, env}: Start,
): Promise<ProgramOutcome> {
	const [observer, ...options] = under;
	return observer === undefined
		? await startProgram({
				file,
				args,
				argv0: name,
				env: {...env, ...variables},
				comesBack: true,
			})
		: await startProgram({
				file: hostPath(observer),
				args: [...options, '--', name, ...args],
				env,
				comesBack: true,
			});
}

function head(
	{command, env}: TraceCommandLine,
	{stub, strace}: Observers,
	outcome: Exclude<ProgramOutcome, {kind: 'not-started'}>,
): Pick<TraceEvidence, 'schema' | 'command' | 'home' | 'ended' | 'observers'> {
	const home = env.HOME?.startsWith('/') === true ? sysrootPath(env.HOME) : undefined;
	const ended =
		outcome.kind === 'exited' ? {status: outcome.status} : {signal: outcome.signal as string};
	return {schema: 'dynpk-trace/1', command, home, ended, observers: {stub, strace}};
}

function tellObservers({quiet}: TraceCommandLine, {stub, strace}: Observers): void {
	if (!quiet && stub !== 'used') {
		notice(`objects are not recorded with who asked for them: ${stub}`);
	}

	if (!quiet && strace !== 'used') {
		notice(`files and most programs are not recorded: ${strace}`);
	}
}

function tellHidden([first, ...others]: readonly string[]): void {
	if (first !== undefined) {
		const more = others.length === 0 ? '' : ` and ${others.length} more`;
		notice(`not recorded, because they cannot be looked at: ${first}${more}`);
	}
}

/** As execvp(3) finds it, without PATH in the directories of confstr(3)'s _CS_PATH. */
function findProgram(
	name: string,
	{env, workingDirectory}: TraceCommandLine,
): HostPath | undefined {
	const directories = name.includes('/') ? [''] : directoriesOf(env);
	return directories
		.map(directory => hostPath(posix.resolve(workingDirectory, directory, name)))
		.find(isExecutable);
}

function directoriesOf({PATH}: TraceCommandLine['env']): readonly string[] {
	return (PATH ?? '/usr/bin:/bin').split(':');
}

function namesOnPath({env, workingDirectory}: TraceCommandLine): readonly string[] {
	return directoriesOf(env).flatMap(directory => {
		try {
			return readdirSync(posix.resolve(workingDirectory, directory));
		} catch {
			return [];
		}
	});
}

function isExecutable(file: HostPath): boolean {
	try {
		accessSync(file, constants.X_OK);
		return statSync(file).isFile();
	} catch {
		return false;
	}
}
