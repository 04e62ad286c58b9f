/**
 * Where caches may lie, in the order in which a `.run` file tries them.
 *
 * The table of wrappers/run/place-rules.c, which a test holds to this one; there each cache below a home
 * stands twice, as local and as the last resort on a network.
 */
import {posix} from 'node:path';
import {hostPath, type HostPath} from '../paths/paths.js';

/** What lies behind a place's own directory: `dynpk-UID`, `dynpk`, or `.cache/dynpk`. */
export type Below = 'shared' | 'caches' | 'home';

export interface PlaceRule {
	/** The variable that holds the directory, or the directory itself. */
	readonly base:
		| {readonly kind: 'variable'; readonly variable: string}
		| {readonly kind: 'directory'; readonly directory: string};
	/** A variable whose value is a name in it. */
	readonly name?: string;
	readonly below: Below;
	/** Counts only in a job: users set it, too, and then to anything. */
	readonly isInJob?: true;
	readonly why: string;
}

export interface CachePlace {
	readonly path: HostPath;
	/** What names it, such as `$HOME`. */
	readonly source: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

function ofVariable(
	variable: string,
	why: string,
	rest: Partial<Pick<PlaceRule, 'below' | 'isInJob'>> = {},
): PlaceRule {
	return {base: {kind: 'variable', variable}, below: 'shared', why, ...rest};
}

function ofDirectory(directory: string, why: string, name?: string): PlaceRule {
	const rule = {base: {kind: 'directory', directory}, below: 'shared', why} as const;
	return name === undefined ? rule : {...rule, name};
}

export const placeRules: readonly PlaceRule[] = [
	ofVariable('SLURM_TMPDIR', 'Digital Research Alliance of Canada, and who took it from there'),
	ofVariable('LSB_JOB_TMPDIR', 'LSF, with LSB_SET_TMPDIR'),
	ofVariable('PBS_JOBFS', 'NCI'),
	ofVariable('TMPDIR', 'PBS, Grid Engine, LSF', {isInJob: true}),
	ofDirectory('/lscratch', 'NIH', 'SLURM_JOB_ID'),
	ofDirectory('/scratch/slurm_tmpdir', 'clusters of Meta', 'SLURM_JOB_ID'),
	ofVariable('LOCAL_SCRATCH', 'CSC'),
	ofVariable('L_SCRATCH', 'Sherlock at Stanford'),
	ofVariable('XDG_CACHE_HOME', 'what stays after a restart', {below: 'caches'}),
	ofVariable('HOME', 'the same where nothing names it', {below: 'home'}),
	ofDirectory('/tmp', 'everybody’s on this machine'),
	ofDirectory('/var/tmp', 'the same, seldom in memory'),
	ofDirectory('/dev/shm', 'the same, always in memory'),
];

export const jobVariables = ['SLURM_JOB_ID', 'PBS_JOBID', 'LSB_JOBID', 'JOB_ID'] as const;

/** Each place once; that it is there is not asked. `$DYNPK_CACHE` may be relative to `workingDirectory`. */
export function cachePlaces(
	env: Environment,
	user: number,
	workingDirectory: string,
): readonly CachePlace[] {
	const asked = valueOf(env, 'DYNPK_CACHE');
	const places: CachePlace[] =
		asked === undefined
			? []
			: [{path: hostPath(posix.resolve(workingDirectory, asked)), source: '$DYNPK_CACHE'}];
	for (const rule of placeRules) {
		const place = placeOf(rule, env, user);
		if (place !== undefined && !places.some(({path}) => path === place.path)) {
			places.push(place);
		}
	}

	return places;
}

function placeOf(rule: PlaceRule, env: Environment, user: number): CachePlace | undefined {
	const {base, below, isInJob = false} = rule;
	const directory = base.kind === 'variable' ? valueOf(env, base.variable) : base.directory;
	const name = rule.name === undefined ? '' : valueOf(env, rule.name);
	if (
		directory?.startsWith('/') !== true ||
		name === undefined ||
		name.includes('/') ||
		(isInJob && !jobVariables.some(variable => valueOf(env, variable) !== undefined)) ||
		// Where caches have a directory of their own, the one below the home is not it.
		(below === 'home' && valueOf(env, 'XDG_CACHE_HOME')?.startsWith('/') === true)
	) {
		return undefined;
	}

	const source =
		base.kind === 'variable'
			? `$${base.variable}`
			: posix.join(directory, rule.name === undefined ? '' : `$${rule.name}`);
	return {path: hostPath(posix.join(directory, name, ownName(below, user))), source};
}

function ownName(below: Below, user: number): string {
	switch (below) {
		case 'shared':
			return `dynpk-${user}`;
		case 'caches':
			return 'dynpk';
		case 'home':
			return '.cache/dynpk';
	}
}

function valueOf(env: Environment, variable: string): string | undefined {
	return env[variable] === '' ? undefined : env[variable];
}
