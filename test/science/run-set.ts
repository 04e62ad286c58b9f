/**
 * Pack one set, run its job here and on every foreign host, and compare.
 *
 * The job runs here twice first: what differs between these two would say nothing about a bundle. On a
 * host that has no file of users it is compared with a run here without one.
 */
import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import {lstat, mkdir, readdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {promisify} from 'node:util';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {hostWith} from '../hosts/lib/host-with.js';
import {targetHosts, type HostName} from '../hosts/lib/recipes.js';
import {differenceOf} from './compare-outcomes.js';
import {runHere, runThere, type Job, type Outcome} from './job.js';
import {machineAsHost} from './machine-as-host.js';
import type {ScienceSet} from './set.js';

export type SetResult =
	| {readonly status: 'absent'; readonly packages: readonly string[]}
	/** The job is not one that could be compared: it fails here, or never says the same twice. */
	| {readonly status: 'unfit'; readonly why: string}
	| {readonly status: 'not-packed'; readonly why: string}
	| PackedResult;

export interface PackedResult {
	readonly status: 'packed';
	readonly bytes: number;
	readonly files: number;
	/** What `pack` said on stderr. */
	readonly said: string;
	/** Options that `pack` named, where the obvious command did not do. */
	readonly options: readonly string[];
	/** `right`, or what is not as here. */
	readonly hosts: Readonly<Partial<Record<HostName, string>>>;
}

const run = promisify(execFile);

/** How long the making of a set's own programs may take, in milliseconds. */
const buildPatience = 600_000;

/** Try `set` in `scratch`, an empty directory. */
export async function runSet(set: ScienceSet, scratch: string): Promise<SetResult> {
	const absent = await absentPackages(set.packages);
	if (absent.length > 0) return {status: 'absent', packages: absent};
	const [build, job] = await makeJob(set, scratch);
	const machine = await machineAsHost(join(scratch, 'machine'), true);
	const here = await runHere(job, machine, {build});
	const why =
		here.end === 0 ? undefined : `ends with ${here.end} here: ${here.stderr}${here.stdout}`;
	const again = why ?? differenceOf(here, await runHere(job, machine, {build}));
	if (again !== undefined) return {status: 'unfit', why: again};
	const nameless = await machineAsHost(join(scratch, 'nameless'), false);
	const natives = {named: here, nameless: await runHere(job, nameless, {build})};
	const plain = await packAndCompare({job, natives, build, options: []});
	if (isRight(plain) || set.named === undefined || !names(plain, set.named)) return plain;
	return packAndCompare({job, natives, build, options: set.named});
}

/** Which of Debian's packages are not installed here. */
export async function absentPackages(packages: readonly string[]): Promise<readonly string[]> {
	const format = '${binary:Package} ${db:Status-Status}\n';
	const {stdout} = await run('dpkg-query', ['--show', '--showformat', format]);
	const installed = stdout.split('\n').filter(line => line.endsWith(' installed'));
	const known = new Set(installed.map(line => /^[^ :]+/u.exec(line)?.[0]));
	return packages.filter(name => !known.has(name));
}

const environment = {PATH: '/usr/bin:/bin', HOME: '/nonexistent', LANG: 'C.UTF-8'};

/** Run the build of a set and put its inputs in place. */
export async function makeJob(
	set: ScienceSet,
	scratch: string,
	env: Readonly<Record<string, string>> = {},
): Promise<[build: string, Job]> {
	const [build, inputs] = [join(scratch, 'build'), join(scratch, 'inputs')];
	await mkdir(build);
	await mkdir(inputs);
	for (const [name, text] of Object.entries(set.inputs ?? {})) {
		await mkdir(dirname(join(inputs, name)), {recursive: true});
		await writeFile(join(inputs, name), text);
	}

	if (set.build !== undefined) {
		const options = {cwd: build, env: {...environment, ...env}, timeout: buildPatience};
		await run('/bin/sh', ['-e', '-c', set.build], options);
	}

	return [build, {set, inputs, work: join(scratch, 'work')}];
}

/** The job done here, with a file of users and without. */
interface Natives {
	readonly named: Outcome;
	readonly nameless: Outcome;
}

interface Attempt {
	readonly job: Job;
	readonly natives: Natives;
	readonly build: string;
	readonly options: readonly string[];
}

async function packAndCompare({job, natives, build, options}: Attempt): Promise<SetResult> {
	const bundle = join(build, `../bundle${options.length}`);
	const argv = ['pack', ...job.set.pack, ...options, '-o', bundle];
	const packing = await runDynpk(argv, {cwd: build, env: {PATH: environment.PATH}});
	if (packing.status !== 0) {
		return {status: 'not-packed', why: packing.stderr || (packing.signal ?? 'no answer')};
	}

	const hosts: Partial<Record<HostName, string>> = {};
	for (const name of targetHosts) hosts[name] = await verdict({job, natives, name, bundle});
	return {status: 'packed', ...(await sizeOf(bundle)), said: packing.stderr, options, hosts};
}

interface Trial {
	readonly job: Job;
	readonly natives: Natives;
	readonly name: HostName;
	readonly bundle: string;
}

async function verdict({job, natives, name, bundle}: Trial): Promise<string> {
	try {
		const host = await hostWith(name);
		const here = existsSync(join(host.root, 'etc/passwd')) ? natives.named : natives.nameless;
		const place = job.set.needsPlainPath === true ? 'tools' : 'my bundles/tools';
		return differenceOf(here, await runThere(job, host, {bundle, place})) ?? 'right';
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}

/** Of all files of a bundle. */
export async function sizeOf(bundle: string): Promise<{bytes: number; files: number}> {
	const entries = await readdir(bundle, {recursive: true, withFileTypes: true});
	const files = entries.filter(entry => entry.isFile());
	let bytes = 0;
	for (const file of files) bytes += (await lstat(join(file.parentPath, file.name))).size;
	return {bytes, files: files.length};
}

/** Tell whether every host does as this machine does. */
export function isRight(result: SetResult): boolean {
	return result.status === 'packed' && Object.values(result.hosts).every(text => text === 'right');
}

function names(result: SetResult, options: readonly string[]): boolean {
	const said = result.status === 'packed' ? result.said : '';
	return (result.status === 'not-packed' ? result.why : said).includes(options.join(' '));
}
