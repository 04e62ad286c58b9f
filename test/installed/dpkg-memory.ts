/** What is remembered of dpkg's lists: right after every change, and never trusted by its name. */
import {
	chmodSync,
	chownSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import {openDpkgFiles} from '../../lib/installed/dpkg-files.js';
import type {DpkgRecords} from '../../lib/installed/dpkg-records.js';
import {readDpkg} from '../../lib/installed/read-dpkg.js';
import {hostPath, type HostPath} from '../../lib/paths/paths.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import {putDpkgDatabase} from '../helpers/packages/dpkg-world.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

interface World {
	readonly root: HostPath;
	readonly cache: HostPath;
}

/** Two packages, and a cache that has been filled. */
function makeWorld(t: ExecutionContext): World {
	const root = makeScratch(t);
	putDpkgDatabase(root, [
		['one', {files: ['/usr', '/usr/one', '/usr/both']}],
		['two', {files: ['/usr', '/usr/two', '/usr/both']}],
	]);
	const world = {root, cache: hostPath(`${makeScratch(t)}/dynpk`)};
	t.deepEqual(listers(world), usual);
	return world;
}

const usual = {'/usr/one': ['one'], '/usr/two': ['two'], '/usr/both': ['one', 'two'], '/x': []};

/** As a new process would find them; what has just changed is remembered too, for the sake of tests. */
function open({root, cache}: World, settling = -3_600_000_000_000n): DpkgRecords {
	const files = openDpkgFiles(openSysroot(root));
	return readDpkg(files!, {top: cache, name: 'installed', settling});
}

function listers(world: World, settling?: bigint): Record<string, readonly string[]> {
	const paths = Object.keys(usual);
	const listersOf = open(world, settling).findListers(paths);
	return Object.fromEntries(paths.map(path => [path, listersOf(path).map(({name}) => name)]));
}

function indexFile({cache}: World): string {
	const [name = ''] = readdirSync(`${cache}/installed`);
	return `${cache}/installed/${name}`;
}

/** As dpkg does it: another file takes the place. The time tells in any case, however coarse the clock. */
function replaceList({root}: World, name: string, files: readonly string[]): void {
	const info = `${root}/var/lib/dpkg/info`;
	writeFileSync(`${info}/${name}.list-new`, ['/.', ...files, ''].join('\n'));
	renameSync(`${info}/${name}.list-new`, `${info}/${name}.list`);
	utimesSync(info, 0, 1_000_000_000 + ++changes);
}

let changes = 0;

/** In place, so that neither `info/` nor its time changes: dpkg never does, and what is remembered is wrong now. */
function makeMemoryLie({root}: World): void {
	writeFileSync(`${root}/var/lib/dpkg/info/two.list`, '/.\n/x\n');
}

const truth = {'/usr/one': ['one'], '/usr/two': [], '/usr/both': ['one'], '/x': ['two']};

test('what is remembered is used: lists that nobody asks for are not looked at again', t => {
	const world = makeWorld(t);
	makeMemoryLie(world);
	// What is answered stands in the list as it is, so of the lie only what it leaves out is believed.
	t.deepEqual(listers(world), {...truth, '/x': []});
});

test('a list that dpkg replaces, adds or removes is noticed', t => {
	const world = makeWorld(t);
	replaceList(world, 'two', ['/usr', '/x']);
	const changed = {'/usr/one': ['one'], '/usr/two': [], '/usr/both': ['one'], '/x': ['two']};
	t.deepEqual(listers(world), changed);
	t.deepEqual(listers(world), changed, 'and the next time');

	replaceList(world, 'two', ['/usr/two', '/usr/both']);
	t.deepEqual(listers(world), usual);
	rmSync(`${world.root}/var/lib/dpkg/info/one.list`);
	utimesSync(`${world.root}/var/lib/dpkg/info`, 0, 1);
	const gone = {'/usr/one': [], '/usr/two': ['two'], '/usr/both': ['two'], '/x': []};
	t.deepEqual(listers(world), gone);
	t.deepEqual(listers(world), gone);
});

test('a status that changes is read again, though the lists are the same', t => {
	const world = makeWorld(t);
	const status = `${world.root}/var/lib/dpkg/status`;
	const text = readFileSync(status, 'utf8');
	writeFileSync(`${status}-new`, text.replace('install ok installed', 'deinstall ok config-files'));
	renameSync(`${status}-new`, status);
	const gone = {'/usr/one': [], '/usr/two': ['two'], '/usr/both': ['two'], '/x': []};
	t.deepEqual(listers(world), gone);
	t.deepEqual(listers(world), gone);
	t.is(open(world).packages()[0]?.name, 'two');
});

test('many changes, one after the other, leave the right answers', t => {
	const world = makeWorld(t);
	for (let round = 0; round < 20; round++) {
		const names = Array.from({length: 5}, (_, number) => `/usr/${round}-${number}`);
		replaceList(world, 'two', names);
		const found = open(world).findListers([...names, '/usr/two', `/usr/${round - 1}-0`]);
		t.deepEqual(
			names.map(name => found(name)[0]?.name),
			names.map(() => 'two'),
		);
		t.deepEqual(found('/usr/two'), []);
		t.deepEqual(found(`/usr/${round - 1}-0`), []);
	}
});

test('what changed a moment ago is not remembered', t => {
	const root = makeScratch(t);
	putDpkgDatabase(root, [['one', {files: ['/usr/one']}]]);
	const world = {root, cache: hostPath(`${makeScratch(t)}/dynpk`)};
	t.deepEqual(listers(world, 3_600_000_000_000n)['/usr/one'], ['one']);
	t.deepEqual(readdirSync(`${world.cache}/installed`), []);
});

test('a cache that others may read or write is not used', t => {
	const world = makeWorld(t);
	makeMemoryLie(world);
	for (const path of [`${world.cache}/installed`, indexFile(world), world.cache]) {
		chmodSync(path, path === `${world.cache}/installed` ? 0o755 : 0o777);
		t.deepEqual(listers(world), truth, path);
		chmodSync(path, 0o700);
	}
});

/** What stands before the pages: head, page directory, its check sum. */
const HEAD = 112 + 8 * 1024 + 8;

test('a damaged head or table makes the whole of no use', t => {
	const world = makeWorld(t);
	makeMemoryLie(world);
	const file = indexFile(world);
	const good = readFileSync(file);
	const table = 2 * 48 + 'one\ntwo'.length;
	const places = [0, 7, 8, 16, 24, 32, 72, 111, 112, 2000, HEAD - 8, HEAD - 4];
	for (const place of [...places, ...Array.from({length: table}, (_, at) => HEAD + at)]) {
		writeFileSync(file, damaged(good, place));
		t.deepEqual(listers(world), truth, `byte ${place}`);
	}

	for (const length of [0, 1, 100, 8000, HEAD + 1]) {
		writeFileSync(file, good.subarray(0, length));
		t.deepEqual(listers(world), truth, `${length} bytes`);
	}
});

test('a damaged page is noticed by who asks for it', t => {
	const world = makeWorld(t);
	const file = indexFile(world);
	const good = readFileSync(file);
	for (let place = HEAD; place < good.length; place++) {
		writeFileSync(file, damaged(good, place));
		t.deepEqual(listers(world), usual, `byte ${place}`);
		writeFileSync(file, good.subarray(0, place));
		t.deepEqual(listers(world), usual, `${place} bytes`);
	}
});

function damaged(good: Buffer, place: number): Buffer {
	const bad = Buffer.from(good);
	bad[place] = (bad[place] ?? 0) ^ 0xff;
	return bad;
}

test('a cache that is reached by a link is neither read nor written', t => {
	const world = makeWorld(t);
	makeMemoryLie(world);
	const directory = `${world.cache}/installed`;
	const elsewhere = `${makeScratch(t)}/installed`;
	const file = indexFile(world);
	renameSync(directory, elsewhere);
	const before = readFileSync(file.replace(directory, elsewhere));
	symlinkSync(elsewhere, directory);
	t.deepEqual(listers(world), truth);
	t.deepEqual(readFileSync(file.replace(directory, elsewhere)), before);

	rmSync(directory);
	mkdirSync(directory, 0o700);
	symlinkSync(file.replace(directory, elsewhere), file);
	t.deepEqual(listers(world), truth);
	t.deepEqual(readFileSync(file.replace(directory, elsewhere)), before);
	t.true(lstatSync(file).isFile(), 'the link has made room for a file of ours');
});

test('a cache of another user is neither read nor written', t => {
	const world = makeWorld(t);
	makeMemoryLie(world);
	if (process.geteuid?.() !== 0) {
		t.deepEqual(listers({...world, cache: hostPath('/usr')}), truth);
		t.false(existsSync('/usr/installed'));
		return;
	}

	const before = readFileSync(indexFile(world));
	chownSync(`${world.cache}/installed`, 65_534, 65_534);
	t.deepEqual(listers(world), truth);
	t.deepEqual(readFileSync(indexFile(world)), before);
	chownSync(`${world.cache}/installed`, 0, 0);
	chownSync(indexFile(world), 65_534, 65_534);
	t.deepEqual(listers(world), truth);
});

test('without a place to write to nothing is remembered, and the answer is the same', t => {
	const world = makeWorld(t);
	for (const cache of [
		'/proc/none/dynpk',
		'/dev/null/dynpk',
		`${world.root}/var/lib/dpkg/status`,
	]) {
		t.deepEqual(listers({...world, cache: hostPath(cache)}), usual, cache);
	}
});

test('databases that share a file of the cache do not answer for each other', t => {
	const cache = hostPath(`${makeScratch(t)}/dynpk`);
	for (let number = 0; number < 12; number++) {
		const root = makeScratch(t);
		putDpkgDatabase(root, [[`p${number}`, {files: ['/usr/same']}]]);
		const found = (): string | undefined =>
			open({root, cache}).findListers(['/usr/same'])('/usr/same')[0]?.name;
		t.is(found(), `p${number}`);
		t.is(found(), `p${number}`);
	}

	t.true(readdirSync(`${cache}/installed`).length <= 8);
});
