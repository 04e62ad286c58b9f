/**
 * What a start of dynpk costs, in processor time, against one of Node.js that does nothing.
 *
 * A made-up database of 1,870 packages stands in the place of the machine's, in a mount namespace: what is
 * installed must not matter. /proc counts in hundredths of a second, so each contestant starts several times
 * in a run.
 */
import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import {putLargeDpkgDatabase} from '../test/helpers/packages/dpkg-world.js';
import {compareRuns, type Contestant} from './lib/compare-runs.js';
import type {Result} from './lib/result.js';

const ROUNDS = 9;
const STARTS = 4;
const PACKAGES = 1870;
/** Of `node -e 0`, in processor time. */
const limits: Readonly<Record<string, number>> = {
	'dynpk --version': 1.5,
	'dynpk inspect git': 6,
	'dynpk inspect git, after a change of a package': 11,
};
/** Seconds on the clock, of one completion. */
const COMPLETION_LIMIT = 0.15;

const dynpk = join(import.meta.dirname, '../cmd/dynpk.js');
const packing = ['pack', '/usr/bin/git', '--scope', 'closure'];

export function benchStart(scratch: string): Result[] {
	const root = join(scratch, 'installed');
	putLargeDpkgDatabase(root, PACKAGES);
	const admin = join(root, 'var/lib/dpkg');
	const bundle = join(scratch, 'git');
	execFileSync(process.execPath, [dynpk, ...packing, '--quiet', '--output', bundle], {
		env: {PATH: '/usr/bin:/bin'},
	});

	const starts = (name: string, argv: readonly string[], before = ''): Contestant => ({
		name,
		argv: among(admin, ['sh', '-c', loop(before), 'sh', ...argv]),
		env: {XDG_CACHE_HOME: scratch},
		output: join(scratch, 'said'),
	});
	const ours = (...words: readonly string[]): Contestant =>
		starts(`dynpk ${words.join(' ')}`, [process.execPath, dynpk, ...words]);
	const reference = starts('node -e 0', [process.execPath, '-e', '0']);
	const contestants = [
		reference,
		ours('--version'),
		ours('--help'),
		ours('completion', 'bash'),
		completionOf('made-up-package-18', starts),
		starts('ldd git', ['ldd', '/usr/bin/git']),
		ours('inspect', 'git'),
		{...ours(...packing, '--dry-run'), name: 'dynpk pack git --scope closure --dry-run'},
		{...ours('run', bundle, 'git', '--version'), name: 'dynpk run git/ git --version'},
	];
	// Apart, so that the change is no change to the others. What makes it counts as well, two small programs.
	const list = join(admin, 'info/made-up-package-7.list');
	const change = `cp ${list} ${list}-new && mv ${list}-new ${list} &&`;
	const inspecting = [process.execPath, dynpk, 'inspect', 'git'];
	const changing = starts('dynpk inspect git, after a change of a package', inspecting, change);
	const measured = compareRuns(contestants, ROUNDS);
	const changed = compareRuns([reference, changing], ROUNDS).slice(1);
	return [...measured, ...changed].map(({name, wall, cpu, cpuRatio, runs}) => {
		const what = `one start, processor time, ${PACKAGES} packages installed`;
		const one = {wall: wall / STARTS, cpu: cpu / STARTS, ratio: cpuRatio};
		return {bench: 'start', what, name, ...one, runs, ...aimOf(name, one)};
	});
}

function loop(before: string): string {
	return `i=0; while [ $i -lt ${STARTS} ]; do ${before} "$@" || exit; i=$((i + 1)); done`;
}

/** With this database in the place of the machine's. */
function among(admin: string, argv: readonly string[]): string[] {
	const enter = 'mount --bind "$0" /var/lib/dpkg && exec "$@"';
	return ['unshare', '--map-root-user', '--mount', 'sh', '-c', enter, admin, ...argv];
}

/** The script in a bash that has just started, for the beginning of a package's name. */
function completionOf(
	name: string,
	starts: (name: string, argv: readonly string[]) => Contestant,
): Contestant {
	const script = execFileSync(process.execPath, [dynpk, 'completion', 'bash'], {encoding: 'utf8'});
	const line = `dynpk pack deb:${name}`;
	const asking = `${script}
COMP_LINE='${line}' COMP_POINT=${line.length} COMP_WORDS=(dynpk pack deb : ${name}) COMP_CWORD=4
_dynpk
[[ \${COMPREPLY[0]} == ${name}* ]]`;
	return starts(COMPLETING, ['bash', '--norc', '--noprofile', '-c', asking]);
}

const COMPLETING = 'bash completes deb:NAME';

function aimOf(
	name: string,
	{wall, ratio}: {readonly wall: number; readonly ratio: number},
): Pick<Result, 'aim'> {
	if (name === COMPLETING) {
		return {aim: {text: `at most ${COMPLETION_LIMIT} s`, met: wall <= COMPLETION_LIMIT}};
	}

	const limit = limits[name];
	return limit === undefined ? {} : {aim: {text: `at most ${limit}×`, met: ratio <= limit}};
}
