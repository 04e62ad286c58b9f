/**
 * `make sweeps`: does a bundle lack a file that its programs open, once every option that `pack` names is given?
 *
 * Each program of data/traced-programs.json and each installation of worlds/ runs here under a tracer. Whatever
 * it opens or starts, whosever that is, is in the bundle, or is the host's by rules of the product, or a row of
 * data/traced-programs-explained.json says why not. Arguments choose among them, by name.
 */
import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {homedir} from 'node:os';
import {basename, dirname, join} from 'node:path';
import {hostFiles, hostPrograms} from '../../lib/audit/host-by-nature.js';
import {pathPattern} from '../../lib/paths/path-pattern.js';
import {hostPath, sysrootPath, type SysrootPath} from '../../lib/paths/paths.js';
import {userDirectories} from '../../lib/paths/program-directories.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import {absentPackages, makeJob} from '../science/run-set.js';
import {readData, readExplanations} from './lib/explanations.js';
import {inScratch} from './lib/in-scratch.js';
import {findLacking, type Lacking} from './lib/left-behind.js';
import {packAsTold} from './lib/pack-as-told.js';
import {traceRun, type Job} from './lib/trace-run.js';
import type {World} from './worlds/world.js';
import {worlds} from './worlds/all.js';

const sysroot = openSysroot(hostPath('/'));
const explanations = readExplanations('traced-programs-explained.json');
const isHostProgram = pathPattern(hostPrograms, {dot: true});
const isHostFile = pathPattern(hostFiles, {dot: true});
interface ProgramJob extends Job {
	/** Targets besides. */
	readonly and?: readonly string[];
}
const programs = readData('traced-programs.json') as readonly ProgramJob[];
const asked = process.argv.slice(2);
const isChosen = (name: string): boolean => asked.length === 0 || asked.includes(name);
const absent: string[] = [];
const failed: string[] = [];
const missing = new Map<string, readonly string[]>();
const explained = new Set<string>();
let examined = 0;
let opened = 0;

interface Trial {
	readonly name: string;
	readonly targets: readonly string[];
	readonly cwd: string;
	/** Of who packs, and of who runs it. */
	readonly env: Readonly<Record<string, string>>;
	readonly program: string;
	readonly job: Job;
	/** What was made for it. */
	readonly own?: SysrootPath;
}

async function examine(trial: Trial, scratch: string): Promise<void> {
	const {name, targets, cwd, env, program, job, own} = trial;
	const {carried, options} = await packAsTold(targets, {cwd, env}, sysroot);
	const {status, openings} = await traceRun(program, {...job, env: {...env, ...job.env}}, scratch);
	if (status !== 0) {
		throw new Error(`its job ended with ${status ?? 'nothing'}`);
	}

	examined++;
	const known = openings.filter(({path}) => !path.startsWith(scratch));
	opened += new Set(known.map(({path}) => path)).size;
	const lacking = new Map<string, Lacking>();
	for (const found of findLacking(known, {plan: carried, sysroot}, own)) {
		if (!isHosts(found)) lacking.set(found.missing, found);
	}

	console.log(`${name}: ${known.length} opened, ${lacking.size} lacking; ${options.join(' ')}`);
	for (const {missing: path, by} of lacking.values()) {
		const shown = own === undefined ? path : path.replace(own, '<world>');
		if (explanations.explain(path, name) !== undefined) {
			explained.add(`${name} ${shown}`);
		} else {
			missing.set(path, [...(missing.get(path) ?? []), name]);
			console.log(`\t${shown}\t${name}, by ${basename(by)}`);
		}
	}
}

/** By rules of the audit, which asks of libraries when they are loaded. */
function isHosts({kind, path: asked, missing: path}: Lacking): boolean {
	return kind === 'started'
		? [asked, path].some(isHostProgram)
		: isHostFile(path) && !isLoaded(path);
}

/** A linker opens scripts and start files. */
function isLoaded(path: SysrootPath): boolean {
	return /\.so(?:\.|$)/u.test(path) && sysroot.elf(path).status === 'elf';
}

async function attempt(name: string, work: () => Promise<void>): Promise<void> {
	try {
		await work();
	} catch (error) {
		failed.push(name);
		console.log(`${name}: ${error instanceof Error ? error.message : String(error)}`);
	}
}

const programPlaces = ['/usr/bin', '/bin', '/usr/games'];
const searchPath = [...userDirectories, '/usr/games'].join(':');

async function examineProgram(job: ProgramJob, scratch: string): Promise<void> {
	const {program} = job;
	const path = programPlaces.map(place => join(place, program)).find(file => existsSync(file));
	if (path === undefined) {
		absent.push(program);
		return;
	}

	const targets = [path, ...(job.and ?? [])];
	const env = {PATH: searchPath};
	await attempt(program, () =>
		examine({name: program, targets, cwd: scratch, env, program: path, job}, scratch),
	);
}

/** Nothing below /tmp, /var/tmp or a home is anybody's software, and the job's user may look into none of root's. */
const PLACE = '/opt';

async function examineWorld(world: World, scratch: string): Promise<void> {
	const source = world.from === undefined ? '' : firstWith(join(homedir(), world.from));
	if (source === undefined || (await absentPackages(world.packages)).length > 0) {
		absent.push(world.name);
		return;
	}

	const place = mkdtempSync(join(PLACE, 'd-'));
	try {
		const [build] = await makeJob(world, place, {FROM: source});
		spawnSync('chmod', ['-R', 'a+rX', place]);
		const path = join(build, world.path ?? '');
		const own = Object.entries(world.env ?? {});
		const env = {
			PATH: `${path}:${searchPath}`,
			...(world.home === undefined ? {} : {HOME: join(build, world.home)}),
			...Object.fromEntries(own.map(([key, value]) => [key, value.replaceAll('<build>', build)])),
		};
		await examine(
			{
				name: world.name,
				targets: world.pack,
				cwd: build,
				env,
				program: '/bin/sh',
				job: {program: 'sh', argv: ['-e', '-c', world.run], files: world.inputs},
				own: sysrootPath(place),
			},
			scratch,
		);
	} finally {
		rmSync(place, {recursive: true, force: true});
	}
}

/** The first name in a directory that begins so. */
function firstWith(start: string): string | undefined {
	const [directory, beginning] = [dirname(start), basename(start)];
	const names = existsSync(directory) ? readdirSync(directory).sort() : [];
	const name = names.find(found => found.startsWith(beginning));
	return name === undefined ? undefined : join(directory, name);
}

await inScratch(async scratch => {
	for (const job of programs.filter(({program}) => isChosen(program))) {
		await examineProgram(job, scratch);
	}

	for (const world of worlds.filter(({name}) => isChosen(name))) {
		await attempt(world.name, () => examineWorld(world, scratch));
	}
});

const unused = asked.length === 0 && absent.length === 0 ? explanations.unused() : [];
for (const patterns of unused) {
	console.log(`explains nothing: ${patterns}`);
}

/** Of the sweep as a whole. */
const MOST_EXCEPTIONS = 20;
const exceptions = (readData('traced-programs-explained.json') as readonly unknown[]).length;
console.log(
	`traced-programs: examined ${examined}, opened ${opened}, missing ${missing.size}, explained ${explained.size} by ${exceptions} exceptions, failed ${failed.length}, not here ${absent.length}: ${absent.join(' ')}`,
);
const isRight = missing.size + failed.length + unused.length === 0 && exceptions <= MOST_EXCEPTIONS;
process.exitCode = isRight ? 0 : 1;
