/**
 * From the words behind `verify` to findings: an archive is unpacked into a private directory first.
 *
 * A program that runs under the record keeps stdout for itself; then the findings go to stderr.
 */
import {mkdirSync} from 'node:fs';
import {posix} from 'node:path';
import {removeTree} from '../../lib/archive/remove-tree.js';
import {isLoadingFinding} from '../../lib/closure/loading-findings.js';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {sanitise} from '../../lib/errors/sanitise.js';
import type {FindingRecord} from '../../lib/manifest/manifest.js';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {hostPath, type HostPath} from '../../lib/paths/paths.js';
import {locateBundle} from '../../lib/run/locate-bundle.js';
import {makeTemporaryDirectory} from '../../lib/run/make-temporary-directory.js';
import {removeQuietly} from '../../lib/run/remove-quietly.js';
import type {ProgramOutcome} from '../../lib/run/program-outcome.js';
import {askEngines, type EngineOffer} from '../../lib/verify/ask-engines.js';
import {runsHere} from '../../lib/verify/check-host.js';
import type {VerifyFinding} from '../../lib/verify/finding.js';
import {recordRun} from '../../lib/verify/record-run.js';
import {verifyBundle} from '../../lib/verify/verify-bundle.js';
import {interruptibly} from '../interruptible.js';
import {temporaryPlaces} from '../temporary-places.js';
import {notice} from '../notice.js';
import {withBundle} from '../with-bundle.js';

export interface VerifyCommandLine {
	readonly bundle: string;
	readonly isStatic: boolean;
	readonly json: boolean;
	/** PROGRAM and its arguments, to be run under the record. */
	readonly run: readonly string[] | undefined;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly workingDirectory: string;
}

/** @throws {DynpkError} USAGE, and what locating, reading and running a bundle throw. */
export async function verify(commandLine: VerifyCommandLine): Promise<void> {
	await interruptibly(signal => verifyStoppably(commandLine, signal));
}

async function verifyStoppably(commandLine: VerifyCommandLine, signal: AbortSignal): Promise<void> {
	const {bundle, isStatic, run, env, workingDirectory} = commandLine;
	if (run !== undefined && (isStatic || run[0] === undefined)) {
		throw new DynpkError('USAGE', '--run starts a program: name it, and leave out --static', {
			hint: 'dynpk verify BUNDLE --run -- PROGRAM [ARGS...]',
		});
	}

	const temporary = temporaryPlaces(env);
	const {directory: top, remove} = await withBundle(
		bundle,
		{workingDirectory, temporary, signal},
		place =>
			locateBundle({
				bundle: place,
				caches: [],
				temporary,
				check: () => Promise.resolve(),
				notice,
				signal,
			}),
	);
	let privateDirectory: HostPath | undefined;
	try {
		privateDirectory = isStatic ? undefined : privatePlace(temporary, run !== undefined);
		const findings = await verifyBundle({top, isStatic, privateDirectory, notice, signal});
		const offers = isStatic ? [] : await offeredEngines(top, findings);
		const known = readManifest(posix.join(top, 'dynpk.json')).findings.filter(isLoadingFinding);
		if (run === undefined || privateDirectory === undefined) {
			process.stdout.write(render(commandLine, {findings, known, offers}));
		} else {
			findings.push(...(await record({top, run, env, privateDirectory})));
			// Whoever runs a program wants to know of that.
			process.stderr.write(render(commandLine, {findings, known, offers: []}));
		}

		process.exitCode = findings.length > 0 ? 1 : 0;
	} finally {
		const place = privateDirectory;
		removeQuietly(remove, notice);
		removeQuietly(place && (() => removeTree(place)), notice);
	}
}

/** Where nothing can be run from, the canary is left out; a record needs its place. */
function privatePlace(temporary: readonly HostPath[], isNeeded: boolean): HostPath | undefined {
	try {
		return makeTemporaryDirectory(temporary, []);
	} catch (error) {
		if (isNeeded || !(error instanceof DynpkError)) {
			throw error;
		}

		notice(`${error.message}: whether audit works here stays untried`);
		return undefined;
	}
}

interface Recording {
	readonly top: HostPath;
	readonly run: readonly string[];
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly privateDirectory: HostPath;
}

async function record({top, run, env, privateDirectory}: Recording): Promise<VerifyFinding[]> {
	const [program = '', ...args] = run;
	const manifest = readManifest(posix.join(top, 'dynpk.json'));
	const place = hostPath(posix.join(privateDirectory, 'run'));
	mkdirSync(place, {mode: 0o700});
	const {findings, outcome} = await recordRun(top, manifest, {
		program,
		args,
		env,
		privateDirectory: place,
	});
	tellEnd(program, outcome);
	return [...findings];
}

/** A program that failed has shown little of what it would load; whoever reads should know. */
function tellEnd(program: string, outcome: ProgramOutcome | undefined): void {
	switch (outcome?.kind) {
		case undefined:
			return;
		case 'not-started':
			notice(outcome.reason);
			return;
		case 'signalled':
			notice(`${program} was ended by ${outcome.signal}`);
			return;
		case 'exited':
			if (outcome.status !== 0) {
				notice(`${program} exited with status ${outcome.status}`);
			}
	}
}

interface Report {
	readonly findings: readonly VerifyFinding[];
	/** Of the manifest: what `pack` has said already, and no fault of the bundle. */
	readonly known: readonly FindingRecord[];
	readonly offers: readonly EngineOffer[];
}

function render(
	{bundle, json, workingDirectory}: VerifyCommandLine,
	{findings, known, offers}: Report,
): string {
	const path = posix.resolve(workingDirectory, bundle);
	if (json) {
		return `${JSON.stringify({schema: 'dynpk-verify/1', bundle: path, findings, known, engines: offers})}\n`;
	}

	const engines = offers
		.filter(({isAvailable}) => isAvailable)
		.map(({engine}) => engine)
		.join(', ');
	const lines =
		findings.length === 0
			? [`${sanitise(path)}: nothing found\n`]
			: findings.map(
					({code, path: about, message}) => `${code} ${sanitise(about)}: ${sanitise(message)}\n`,
				);
	lines.push(
		...known.map(({path: about, message}) => `packed so: ${sanitise(`${about}: ${message}`)}\n`),
	);
	return [...lines, ...(engines === '' ? [] : [`engines on this host: ${engines}\n`])].join('');
}

/** What its first program can have here; where that is not what the bundle wants, a finding is added. */
async function offeredEngines(
	top: HostPath,
	findings: VerifyFinding[],
): Promise<readonly EngineOffer[]> {
	const manifest = readManifest(posix.join(top, 'dynpk.json'));
	const {loaders, engine: wanted, programs} = manifest;
	const isForeign = loaders.length > 0 && !loaders.some(loader => runsHere(loader));
	const offers: EngineOffer[] = [];
	for (const {name} of wanted.choice === 'direct' || isForeign ? [] : programs) {
		const answer = await askEngines({top, manifest, program: name, asked: undefined});
		if (typeof answer === 'string') {
			// What is damaged has been said.
			if (findings.length === 0) {
				notice(`which engines bin/${name} has here stays untried: ${answer}`);
			}

			continue;
		}

		const refused = answer.offers.find(
			({engine, isAvailable}) => engine === answer.engine && !isAvailable,
		);
		if (refused !== undefined) {
			const message = `${refused.engine} is ${refused.detail}`;
			findings.push({code: 'ENGINE_UNAVAILABLE', path: `bin/${name}`, message});
		}

		offers.push(
			...answer.offers.filter(({engine}) => !offers.some(known => known.engine === engine)),
		);
	}

	return offers;
}
