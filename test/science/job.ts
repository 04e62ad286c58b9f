/** The job of a set, run on one host: what it said and what it left, for comparison. */
import {createHash} from 'node:crypto';
import {cp, mkdir, readdir, readFile, readlink, rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {Host} from '../hosts/lib/host-with.js';
import {home, type Bind} from '../hosts/lib/prepare-entry.js';
import {plainShell} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';
import type {ThisMachine} from './machine-as-host.js';
import type {ScienceSet} from './set.js';

export interface Outcome {
	/** An exit status, or the name of a signal. */
	readonly end: number | string;
	readonly stdout: string;
	readonly stderr: string;
	/** SHA-256, or `-> TARGET` of a link, by path below the working directory. */
	readonly files: ReadonlyMap<string, string>;
}

export interface Job {
	readonly set: ScienceSet;
	/** A directory with the set's inputs, which is not changed. */
	readonly inputs: string;
	/** A directory that the job may have for itself. */
	readonly work: string;
}

const workPlace = `${home}/my work`;
const systemPath = '/usr/bin:/bin';

/** How long a job may take, in milliseconds: what a packed program loses is time for nobody. */
export const jobPatience = 180_000;

type Variables = Readonly<Record<string, string>>;

/** What was made here, and what whoever uses it has set. */
export interface Made {
	readonly build: string;
	readonly env?: Variables;
}

/** Run the job with this machine's own programs and those that were made. */
export async function runHere(
	job: Job,
	here: ThisMachine,
	{build, env = {}}: Made,
): Promise<Outcome> {
	return runJob(job, {
		shell: ['/bin/sh'],
		host: here.host,
		path: join(build, job.set.path ?? ''),
		binds: [...here.binds, {from: build, to: build, readOnly: true}],
		env,
	});
}

/** A bundle, and where it lies below the home of who runs it. */
export interface PlacedBundle {
	readonly bundle: string;
	readonly place: string;
	readonly env?: Variables;
}

/** Run the job with the programs of a bundle. */
export async function runThere(
	job: Job,
	host: Host,
	{bundle, place: name, env = {}}: PlacedBundle,
): Promise<Outcome> {
	const place = `${home}/${name}`;
	return runJob(job, {
		shell: plainShell(host.name),
		host,
		path: `${place}/bin`,
		binds: [{from: bundle, to: place, readOnly: true}],
		env,
	});
}

interface Stage {
	readonly shell: readonly string[];
	readonly host: Pick<Host, 'root'>;
	readonly path: string;
	readonly binds?: readonly Bind[];
	readonly env: Variables;
}

async function runJob({set, inputs, work}: Job, stage: Stage): Promise<Outcome> {
	await rm(work, {recursive: true, force: true});
	await mkdir(work);
	await cp(inputs, work, {recursive: true, verbatimSymlinks: true});
	const {shell, host, path, binds = [], env, ...rest} = stage;
	const answer = await runOnHost(host, {
		...rest,
		argv: [...shell, '-c', set.run],
		env: {LANG: 'C.UTF-8', ...set.env, ...env, PATH: `${path}:${systemPath}`},
		cwd: workPlace,
		binds: [...binds, {from: work, to: workPlace, readOnly: false}],
		timeout: jobPatience,
	});
	const settle = settler(set.varies ?? []);
	return {
		end: answer.status ?? answer.signal ?? 'no end',
		stdout: settle(answer.stdout),
		stderr: settle(answer.stderr),
		files: await digestTree(work, settle),
	};
}

function settler(varies: readonly RegExp[]): (text: string) => string {
	return text => varies.reduce((settled, pattern) => settled.replace(pattern, '(varies)'), text);
}

async function digestTree(
	top: string,
	settle: (text: string) => string,
): Promise<ReadonlyMap<string, string>> {
	const found = new Map<string, string>();
	const entries = await readdir(top, {recursive: true, withFileTypes: true});
	for (const entry of entries) {
		const place = join(entry.parentPath, entry.name);
		const name = place.slice(top.length + 1);
		if (entry.isSymbolicLink()) found.set(name, `-> ${await readlink(place)}`);
		if (entry.isFile()) found.set(name, digest(await readFile(place), settle));
	}

	return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Bytes go through text and back where they are text. */
function digest(bytes: Buffer, settle: (text: string) => string): string {
	const text = bytes.toString('latin1');
	return createHash('sha256')
		.update(Buffer.from(settle(text), 'latin1'))
		.digest('hex');
}
