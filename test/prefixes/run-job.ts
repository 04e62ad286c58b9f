/**
 * Make one installation, pack it, run its job here, and with the bundle on every foreign host: under
 * both engines, and moved to another place for the second. The hosts do not have the installation.
 */
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {hostWith} from '../hosts/lib/host-with.js';
import {targetHosts, type HostName} from '../hosts/lib/recipes.js';
import {differenceOf} from '../science/compare-outcomes.js';
import {runHere, runThere, type Job, type Outcome} from '../science/job.js';
import {machineAsHost} from '../science/machine-as-host.js';
import {absentPackages, makeJob, sizeOf} from '../science/run-set.js';
import type {PrefixJob} from './prefix-job.js';

export type JobResult =
	| {readonly status: 'absent'; readonly packages: readonly string[]}
	/** The job is not one that could be compared: it fails here, or never says the same twice. */
	| {readonly status: 'unfit'; readonly why: string}
	| {readonly status: 'not-packed'; readonly why: string}
	| PackedJob;

interface PackedJob {
	readonly status: 'packed';
	readonly bytes: number;
	readonly files: number;
	/** What `pack` said on stderr. */
	readonly said: string;
	/** `right`, or what is not as here; by host and engine. */
	readonly verdicts: Readonly<Record<string, string>>;
}

export const engines = ['shim', 'userns'] as const;
export type JobEngine = (typeof engines)[number];

/** Each below the home of who runs it; one after the other, so that the bundle has moved. */
const places: Readonly<Record<JobEngine, string>> = {
	shim: 'my bundles/tools',
	userns: 'elsewhere/it’s here',
};

const plainPlaces: Readonly<Record<JobEngine, string>> = {shim: 'tools', userns: 'else/where'};

/** Try `set` in `scratch`, an empty directory. */
export async function runJob(set: PrefixJob, scratch: string): Promise<JobResult> {
	const absent = await absentPackages(set.packages);
	if (absent.length > 0) return {status: 'absent', packages: absent};
	const bullseye = await hostWith('bullseye');
	const [build, job] = await makeJob(set, scratch, {BULLSEYE: bullseye.root});
	const env = set.home === undefined ? {} : {HOME: join(build, set.home)};
	const machine = await machineAsHost(join(scratch, 'machine'), true);
	const nameless = await machineAsHost(join(scratch, 'nameless'), false);
	const here = await runHere(job, machine, {build, env});
	if (here.end !== 0) {
		return {status: 'unfit', why: `ends with ${here.end} here: ${here.stderr}${here.stdout}`};
	}

	const why = differenceOf(here, await runHere(job, machine, {build, env}));
	if (why !== undefined) return {status: 'unfit', why};
	const natives = {named: here, nameless: await runHere(job, nameless, {build, env})};
	const active = set.active === undefined ? {} : {CONDA_PREFIX: join(build, set.active)};
	return packAndCompare({job, natives, build, env: {...env, ...active}});
}

interface Attempt {
	readonly job: Job;
	/** The job done here, with a file of users and without. */
	readonly natives: {readonly named: Outcome; readonly nameless: Outcome};
	readonly build: string;
	readonly env: Readonly<Record<string, string>>;
}

async function packAndCompare({job, natives, build, env}: Attempt): Promise<JobResult> {
	const bundle = join(build, '../bundle');
	const packing = await runDynpk(['pack', ...job.set.pack, '-o', bundle], {
		cwd: build,
		env: {HOME: '/nonexistent', ...env, PATH: '/usr/bin:/bin'},
	});
	if (packing.status !== 0) {
		return {status: 'not-packed', why: packing.stderr || (packing.signal ?? 'no answer')};
	}

	const verdicts: Record<string, string> = {};
	for (const host of targetHosts) {
		for (const engine of engines) {
			verdicts[`${host} ${engine}`] = await verdictOf({job, natives, bundle, host, engine});
		}
	}

	return {status: 'packed', ...(await sizeOf(bundle)), said: packing.stderr, verdicts};
}

interface Trial extends Pick<Attempt, 'job' | 'natives'> {
	readonly bundle: string;
	readonly host: HostName;
	readonly engine: JobEngine;
}

async function verdictOf({job, natives, bundle, host: name, engine}: Trial): Promise<string> {
	try {
		const host = await hostWith(name);
		const here = existsSync(join(host.root, 'etc/passwd')) ? natives.named : natives.nameless;
		const place = (job.set.needsPlainPath === true ? plainPlaces : places)[engine];
		const there = await runThere(job, host, {bundle, place, env: {DYNPK_ENGINE: engine}});
		return differenceOf(here, there) ?? 'right';
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}

/** Tell whether every host does as this machine does. */
export function isRight(result: JobResult): boolean {
	return (
		result.status === 'packed' && Object.values(result.verdicts).every(text => text === 'right')
	);
}
