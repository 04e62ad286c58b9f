/** Where `dynpk run` unpacks an archive: the place that a `.run` file would choose. */
import {existsSync, mkdirSync, readdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {unpackingPlaces} from '../../lib/cache/unpacking-places.js';
import {need} from '../helpers/run/need.js';
import {runCommand} from '../helpers/run/command.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratchPlace} from '../helpers/worlds/scratch-place.js';

const user = process.geteuid?.() ?? 0;
const own = `dynpk-${user}`;

function placesOf(env: Readonly<Record<string, string>>, cwd = '/'): readonly string[] {
	return unpackingPlaces(env, user, cwd).map(({directory}) => directory);
}

test('what is not there is not made, but for a directory of caches', t => {
	const place = makeScratchPlace(t);
	const env = {
		SLURM_JOB_ID: '7',
		SLURM_TMPDIR: place.path('node'),
		HOME: place.path('home'),
	};
	const always = placesOf({});
	t.deepEqual(placesOf(env), always);
	mkdirSync(place.path('home'));
	mkdirSync(place.path('node'));
	t.deepEqual(placesOf(env), [
		place.path(`node/${own}`),
		place.path('home/.cache/dynpk'),
		...always,
	]);
	t.is(placesOf({XDG_CACHE_HOME: place.path('x/y')})[0], place.path('x/y/dynpk'));
	t.deepEqual(placesOf({...env, DYNPK_CACHE: 'here'}, '/a'), ['/a/here']);
});

test('a place without room for the archive itself is passed by, and one in memory for what it may become', t => {
	const [offer] = unpackingPlaces({XDG_CACHE_HOME: makeScratchPlace(t).directory}, user, '/');
	t.is(offer?.objection?.(1), undefined);
	t.regex(offer?.objection?.(Number.MAX_SAFE_INTEGER) ?? '', /\/dynpk has too little room$/u);
	if (existsSync('/dev/shm')) {
		const memory = unpackingPlaces({}, user, '/').find(({directory}) =>
			directory.startsWith('/dev/shm/'),
		);
		t.is(memory?.objection?.(1), undefined);
		t.regex(memory?.objection?.(2 ** 46) ?? '', /too little room$|lies in memory, and a quarter/u);
	}
});

test('in a job, archive and .run file are unpacked beside each other, and found again from elsewhere', async t => {
	if (!need(t, 'gcc')) return;
	const place = makeScratchPlace(t);
	const [node, home] = [place.path('a node'), place.path('home')];
	mkdirSync(node);
	mkdirSync(home);
	const cwd = place.directory;
	for (const form of ['tar.gz', 'run']) {
		const {status, stderr} = await runDynpk(['pack', '/bin/true', '-o', `t.${form}`], {cwd});
		t.is(status, 0, stderr);
	}

	const job = {
		PATH: process.env.PATH ?? '',
		HOME: home,
		DYNPK_EXPLAIN: '1',
		SLURM_JOB_ID: '1',
		SLURM_TMPDIR: node,
	};
	const start = async (env: Readonly<Record<string, string>>) =>
		runDynpk(['run', 't.tar.gz'], {cwd, env});
	const first = await start(job);
	t.is(first.status, 0);
	t.regex(first.stderr, new RegExp(`^dynpk: cache: using ${node}/${own}/bundles/`, 'mu'));
	t.is((await runCommand(place.path('t.run'), [], {env: job})).status, 0);
	t.deepEqual(
		readdirSync(join(node, own)).filter(name => name !== 'digests' && name !== 'locks'),
		['bundles', 'runs'],
	);
	t.deepEqual(readdirSync(home), []);
	// The node's directory comes first, but the home has it already.
	rmSync(join(node, own), {recursive: true});
	const atHome = await start({...job, SLURM_TMPDIR: ''});
	t.regex(atHome.stderr, new RegExp(`^dynpk: cache: using ${home}/.cache/dynpk/bundles/`, 'mu'));
	const again = await start(job);
	t.regex(again.stderr, new RegExp(`^dynpk: cache: using ${home}/.cache/dynpk/bundles/`, 'mu'));
	t.deepEqual(readdirSync(node), []);
});
