/** The tables of places and of network file systems, held to those of the runner in C. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {cachePlaces, jobVariables, placeRules} from '../../lib/cache/cache-places.js';
import {networkTypes} from '../../lib/cache/network-file-systems.js';
import {SILENCE} from '../../lib/cache/watch-leftovers.js';
import {projectRoot} from '../helpers/worlds/audit-world.js';

function sourceOf(name: string): string {
	return readFileSync(join(projectRoot, 'wrappers/run', name), 'utf8');
}

/** What stands between a beginning and `};`. */
function tableIn(source: string, beginning: string): string {
	const [, behind = ''] = source.split(beginning);
	return behind.split('};')[0]!;
}

function rulesOf(table: string): readonly unknown[] {
	const all = [...table.matchAll(/\{(?<fields> \.[^}]*)\}/gu)].map(({groups}) => {
		const fields = groups!.fields!;
		const text = (name: string): string | undefined =>
			new RegExp(`\\.${name} = "(?<value>[^"]*)"`, 'u').exec(fields)?.groups?.value;
		const below = /\.below = BELOW_(?<word>\w+)/u.exec(fields)?.groups?.word ?? 'SHARED';
		const [variable, directory, name] = [text('variable'), text('directory'), text('name')];
		return {
			base:
				variable === undefined
					? {kind: 'directory', directory: directory!}
					: {kind: 'variable', variable},
			...(name === undefined ? {} : {name}),
			below: below.toLowerCase(),
			...(fields.includes('.is_in_job = true') ? {isInJob: true} : {}),
		};
	});
	// What lies below a home stands once more, for a network.
	const seen = new Set<string>();
	return all.filter(rule => {
		const isNew = !seen.has(JSON.stringify(rule));
		seen.add(JSON.stringify(rule));
		return isNew;
	});
}

test('cache looks where a .run file may have unpacked, in the same order', t => {
	const expected = rulesOf(tableIn(sourceOf('place-rules.c'), 'place_rules[] = {'));
	t.is(expected.length, 13);
	t.deepEqual(
		placeRules.map(({why, ...rule}) => {
			t.not(why, '');
			return rule;
		}),
		expected,
	);
	const [, jobs = ''] = /job_variables\[\] = \{(?<names>[^}]*)\}/u.exec(sourceOf('place-rules.c'))!;
	t.deepEqual(
		jobVariables,
		jobs.split(',').map(name => name.trim().slice(1, -1)) as unknown as typeof jobVariables,
	);
});

test('a network is what a .run file takes for one, and silence is as long', t => {
	const numbers = [...tableIn(sourceOf('room.c'), 'network_types[] = {').matchAll(/0x[0-9a-f]+/gu)];
	t.true(numbers.length > 20);
	t.deepEqual(
		[...networkTypes.keys()],
		numbers.map(([text]) => Number(text)),
	);
	t.is(SILENCE, Number(/define DYNPK_SILENCE (?<number>\d+)/u.exec(sourceOf('lock.c'))![1]));
});

function pathsOf(env: Readonly<Record<string, string>>): readonly string[] {
	return cachePlaces(env, 7, '/work').map(({path, source}) => `${source} ${path}`);
}

const everybodys = ['/tmp /tmp/dynpk-7', '/var/tmp /var/tmp/dynpk-7', '/dev/shm /dev/shm/dynpk-7'];

test('places are named by variables that are set, absolute, and meant', t => {
	t.deepEqual(pathsOf({}), everybodys);
	t.deepEqual(pathsOf({HOME: '/h', TMPDIR: '/mine', SLURM_TMPDIR: '', L_SCRATCH: 'x'}), [
		'$HOME /h/.cache/dynpk',
		...everybodys,
	]);
	t.deepEqual(pathsOf({HOME: '/h', XDG_CACHE_HOME: '/c', DYNPK_CACHE: 'own'}), [
		'$DYNPK_CACHE /work/own',
		'$XDG_CACHE_HOME /c/dynpk',
		...everybodys,
	]);
	t.deepEqual(pathsOf({TMPDIR: '/node', SLURM_JOB_ID: '12', DYNPK_CACHE: '/tmp/dynpk-7'}), [
		'$DYNPK_CACHE /tmp/dynpk-7',
		'$TMPDIR /node/dynpk-7',
		'/lscratch/$SLURM_JOB_ID /lscratch/12/dynpk-7',
		'/scratch/slurm_tmpdir/$SLURM_JOB_ID /scratch/slurm_tmpdir/12/dynpk-7',
		...everybodys.slice(1),
	]);
	t.deepEqual(pathsOf({SLURM_JOB_ID: '../12'}), everybodys);
});
