/** Same input, same bytes: wherever, whenever and under whatever umask a bundle is packed. */
import {execFileSync} from 'node:child_process';
import {cpSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {probeElf} from '../../lib/elf/probe-elf.js';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {hostPath} from '../../lib/paths/paths.js';
import {buildObjects, type World} from '../helpers/elf/build-objects.js';
import {need} from '../helpers/run/need.js';
import {packOnce} from '../helpers/run/packed.js';
import {runDynpk, type DynpkRun} from '../helpers/run/run-dynpk.js';
import {digestFile, listRecords, listTree} from '../helpers/worlds/list-tree.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

/** A package with links, scripts, hard links and many hundred files. */
const target = '/usr/bin/perl';
/** Of every output, whatever its name. */
const named = [target, '--name', 'perl'];

async function pack(
	t: ExecutionContext,
	argv: readonly string[],
	options: DynpkRun,
): Promise<string> {
	const answer = await runDynpk(['pack', ...argv, '--json'], options);
	t.deepEqual([answer.status, answer.stderr], [0, '']);
	return (JSON.parse(answer.stdout) as {readonly id: string}).id;
}

const here = {PATH: '/usr/bin:/bin', TZ: 'Pacific/Kiritimati', LC_ALL: 'C'};
const elsewhere = {
	PATH: '/bin:/usr/bin',
	TZ: 'America/Adak',
	LANG: 'tr_TR.UTF-8',
	HOME: '/nowhere',
};

test.serial(
	'a package packs to the same tar from another directory, time zone and umask',
	async t => {
		const [one, two] = [makeScratch(t), makeScratch(t)];
		const argv = [target, '-o', 'out.tar'];
		const first = await pack(t, argv, {cwd: one, env: here, umask: 0o022});
		const second = await pack(t, argv, {cwd: two, env: elsewhere, umask: 0o077});

		t.is(first, second);
		t.is(digestFile(join(one, 'out.tar')), digestFile(join(two, 'out.tar')));
	},
);

test.serial('a directory is the tree of the tar, and both are what the manifest says', async t => {
	const scratch = makeScratch(t);
	const bundle = await packOnce(t, named, {env: elsewhere, umask: 0o077});
	if (bundle === undefined) return;
	await pack(t, [...named, '--recommends', 'none', '-o', 'out.tar.gz'], {
		cwd: scratch,
		env: here,
		umask: 0o002,
	});
	// The system's own programs read what is written here.
	mkdirSync(join(scratch, 'unpacked'));
	execFileSync('tar', ['-xpzf', 'out.tar.gz', '-C', 'unpacked'], {cwd: scratch});
	const manifest = readManifest(join(bundle, 'dynpk.json'));

	const tree = listTree(bundle);
	t.deepEqual(tree, listTree(join(scratch, 'unpacked/perl')));
	t.is(tree.get('dynpk.json')?.split(' ', 2).join(' '), 'file 0644');
	tree.delete('dynpk.json');
	t.deepEqual(tree, listRecords(manifest.files));
	t.true(tree.size > 300, `${tree.size} entries`);
});

test.serial('every object has the digest it has on this machine, and an origin', async t => {
	const bundle = await packOnce(t, named, {env: elsewhere, umask: 0o077});
	if (bundle === undefined) return;
	const manifest = readManifest(join(bundle, 'dynpk.json'));
	const loaders = new Map(manifest.loaders.map(loader => [loader.path, loader]));
	const known = new Set(manifest.packages.map(({id}) => id));
	const objects = manifest.files.filter(
		({kind, path, source}) =>
			kind === 'file' &&
			source !== undefined &&
			probeElf(hostPath(join(bundle, path))) !== undefined,
	);

	t.true(objects.length > 20, `${objects.length} objects`);
	for (const {path, source, sha256, package: owner, reason} of objects) {
		const original = loaders.get(path)?.originalSha256 ?? sha256;
		t.is(original, digestFile(source!), path);
		t.true(known.has(owner ?? 'none'), `${path} of ${String(owner)}`);
		t.not(reason, '', path);
	}
});

async function makeWorld(t: ExecutionContext): Promise<World> {
	return buildObjects(t, {
		prog: {
			libc: true,
			source: 'int main(void) { return 0; }',
			needs: ['lib/libz.so'],
			runpath: '$ORIGIN/lib',
		},
		'lib/libz.so': {},
		'data/link': {symlink: '../data/a'},
		'data/a': {text: 'a'},
		'data/é': {text: 'e'},
		'data/empty': {directory: true},
	});
}

const packing = ['./prog', '--with', 'data', '--name', 'prog', '-o'];

test('when the input was last changed, and in what order it was made, leaves no trace', async t => {
	if (!need(t, 'gcc')) return;
	const world = await makeWorld(t);
	for (const name of ['data/a', 'data', 'prog', 'lib/libz.so']) {
		utimesSync(world.path(name), 1_000_000_000, 1_000_000_000);
	}

	await pack(t, [...packing, 'one.tar.gz'], {cwd: world.directory});
	const aside = join(world.directory, 'aside');
	renameSync(world.path('data'), aside);
	mkdirSync(world.path('data'));
	for (const name of ['é', 'empty', 'a', 'link']) {
		cpSync(join(aside, name), world.path(`data/${name}`), {
			recursive: true,
			verbatimSymlinks: true,
		});
	}

	rmSync(aside, {recursive: true});
	utimesSync(world.path('prog'), 2_000_000_000, 2_000_000_000);
	await pack(t, [...packing, 'two.tar.gz'], {cwd: world.directory});

	t.deepEqual(readFileSync(world.path('one.tar.gz')), readFileSync(world.path('two.tar.gz')));
});

test('SOURCE_DATE_EPOCH is the time of every entry', async t => {
	if (!need(t, 'gcc')) return;
	const world = await makeWorld(t);
	const env = {SOURCE_DATE_EPOCH: '1234567890', TZ: 'UTC'};
	const id = await pack(t, [...packing, 'dated.tar'], {cwd: world.directory, env});
	const plain = await pack(t, [...packing, 'plain.tar'], {cwd: world.directory});
	await pack(t, [...packing, 'dated'], {cwd: world.directory, env});

	t.is(id, plain);
	const listing = execFileSync('tar', ['-tvf', world.path('dated.tar'), '--numeric-owner'], {
		encoding: 'utf8',
		env: {TZ: 'UTC'},
	});
	for (const line of listing.trimEnd().split('\n')) {
		t.regex(line, /^\S+ 0\/0 +\d+ 2009-02-13 23:31 /);
	}

	for (const name of ['dated', 'dated/bin', 'dated/dynpk.json', 'dated/bin/prog']) {
		t.is(lstatSync(world.path(name)).mtimeMs, 1_234_567_890_000, name);
	}
});

for (const value of ['yesterday', '-1', '1.5', '99999999999']) {
	test(`SOURCE_DATE_EPOCH=${value} is refused`, async t => {
		const scratch = makeScratch(t);
		const answer = await runDynpk(['pack', process.execPath], {
			cwd: scratch,
			env: {SOURCE_DATE_EPOCH: value},
		});

		t.is(answer.status, 2);
		t.is(answer.stderr, `dynpk: SOURCE_DATE_EPOCH is not a time in seconds: ${value}\n`);
		t.deepEqual([...listTree(scratch).keys()], []);
	});
}

test('an empty SOURCE_DATE_EPOCH is none', async t => {
	if (!need(t, 'gcc')) return;
	const world = await makeWorld(t);
	const env = {SOURCE_DATE_EPOCH: ''};
	await pack(t, [...packing, 'one.tar'], {cwd: world.directory, env});
	await pack(t, [...packing, 'two.tar'], {cwd: world.directory});

	t.is(digestFile(world.path('one.tar')), digestFile(world.path('two.tar')));
});
