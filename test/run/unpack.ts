import {once} from 'node:events';
import {
	appendFileSync,
	chmodSync,
	chownSync,
	existsSync,
	mkdirSync,
	readdirSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	truncateSync,
	unlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {hostPath} from '../../lib/paths/paths.js';
import {locateBundle} from '../../lib/run/locate-bundle.js';
import {readArchiveState} from '../../lib/run/archive-state.js';
import {recallDigest, rememberDigest} from '../../lib/run/digest-memory.js';
import {writeEntryState} from '../../lib/run/entry-state.js';
import {runCommand} from '../helpers/run/command.js';
import {missingHere, need} from '../helpers/run/need.js';
import {makeBundle, runBundleChild, startHolder} from '../helpers/run/run-bundle-child.js';
import {failCall} from '../helpers/worlds/failing-call.js';
import {makeScratchPlace, type ScratchPlace} from '../helpers/worlds/scratch-place.js';

async function makeArchive(scratch: ScratchPlace, script = 'echo hello'): Promise<string> {
	const archive = scratch.path('b.tar.gz');
	await makeBundle(archive, {entry: script}, 'tar.gz');
	return archive;
}

/** What each entry was when it was unpacked lies beside it. */
function bundlesIn(cache: string): readonly string[] {
	return readdirSync(`${cache}/bundles`).filter(name => !/^[0-9a-f]{64}\./u.test(name));
}

test('an archive is unpacked the first time and only then', async t => {
	const scratch = makeScratchPlace(t);
	const bundle = await makeArchive(scratch);
	const order = {bundle, cache: scratch.path('cache/dynpk')};
	const first = await runBundleChild(order);
	t.deepEqual([first.stdout, first.stderr], ['hello\n', 'unpacking\n']);
	const second = await runBundleChild(order);
	t.deepEqual([second.stdout, second.stderr], ['hello\n', '']);
	t.is(statSync(scratch.path('cache/dynpk')).mode & 0o7777, 0o700);
	t.deepEqual(
		bundlesIn(order.cache).map(name => name.length),
		[64],
	);
	t.deepEqual(readdirSync(`${order.cache}/locks`), []);
});

test('a copy of the archive under another name is not unpacked again, another archive is', async t => {
	const scratch = makeScratchPlace(t);
	const bundle = await makeArchive(scratch);
	const cache = scratch.path('cache');
	await runBundleChild({bundle, cache});
	renameSync(bundle, scratch.path('moved'));
	t.is((await runBundleChild({bundle: scratch.path('moved'), cache})).stderr, '');
	await makeArchive(scratch, 'echo other');
	const other = await runBundleChild({bundle, cache});
	t.deepEqual([other.stdout, other.stderr], ['other\n', 'unpacking\n']);
	t.is(bundlesIn(cache).length, 2);
});

test('many at once unpack it once, and all of them run', async t => {
	const scratch = makeScratchPlace(t);
	const bundle = await makeArchive(scratch, 'echo hello; exit 5');
	// So deep that the path of a socket in it would be too long.
	const cache = scratch.path(`${'d'.repeat(100)}/cache`);
	const all = await Promise.all(Array.from({length: 10}, () => runBundleChild({bundle, cache})));
	t.deepEqual(
		new Set(all.map(({stdout, status}) => `${status} ${stdout}`)),
		new Set(['5 hello\n']),
	);
	t.is(all.map(({stderr}) => stderr).join(''), 'unpacking\n');
	t.is(bundlesIn(cache).length, 1);
});

test('others wait for the one who unpacks', async t => {
	const scratch = makeScratchPlace(t);
	const bundle = await makeArchive(scratch);
	const cache = scratch.path('cache');
	const holder = await startHolder({bundle, cache});
	const others = [1, 2, 3].map(() => runBundleChild({bundle, cache}));
	holder.stdin!.end();
	for (const {stdout, stderr} of await Promise.all(others)) {
		t.deepEqual([stdout, stderr], ['hello\n', '']);
	}
});

test('whoever dies while unpacking keeps nobody waiting', async t => {
	const scratch = makeScratchPlace(t);
	const bundle = await makeArchive(scratch);
	const cache = scratch.path('cache');
	const holder = await startHolder({bundle, cache});
	const waiting = runBundleChild({bundle, cache});
	holder.kill('SIGKILL');
	const {stdout, stderr} = await waiting;
	t.deepEqual([stdout, stderr], ['hello\n', 'unpacking\n']);
	t.is((await runBundleChild({bundle, cache})).stderr, '');
	t.deepEqual(readdirSync(`${cache}/locks`), []);
});

test('a lock left by the dead is taken away', async t => {
	const scratch = makeScratchPlace(t);
	const bundle = await makeArchive(scratch);
	const cache = scratch.path('cache');
	const holder = await startHolder({bundle, cache});
	holder.kill('SIGKILL');
	await once(holder, 'close');
	t.is(readdirSync(`${cache}/locks`).length, 1);
	t.is((await runBundleChild({bundle, cache})).stdout, 'hello\n');
	t.deepEqual(readdirSync(`${cache}/locks`), []);
});

test('where no lock can be made, it is unpacked all the same', async t => {
	const scratch = makeScratchPlace(t);
	const bundle = await makeArchive(scratch);
	const cache = scratch.path('cache');
	mkdirSync(cache, {mode: 0o700});
	writeFileSync(`${cache}/locks`, 'in the way');
	t.is((await runBundleChild({bundle, cache})).stdout, 'hello\n');
});

test('what the check finds fault with is not kept and not run', async t => {
	const scratch = makeScratchPlace(t);
	const bundle = await makeArchive(scratch);
	const cache = scratch.path('cache');
	const {status, stdout, stderr} = await runBundleChild({bundle, cache, damaged: true});
	t.deepEqual([status, stdout], [125, '']);
	t.regex(stderr, /fault BUNDLE_DAMAGED/u);
	t.deepEqual(bundlesIn(cache), []);
});

test('a damaged archive is a fault, and the cache stays empty', async t => {
	const scratch = makeScratchPlace(t);
	const bundle = await makeArchive(scratch);
	const cache = scratch.path('cache');
	writeFileSync(bundle, 'PK');
	t.regex((await runBundleChild({bundle, cache})).stderr, /fault ARCHIVE_INVALID/u);
	t.deepEqual(bundlesIn(cache), []);
});

const untrusted: Record<string, (cache: string, t: ExecutionContext) => boolean> = {
	'is a symbolic link': cache => {
		mkdirSync(`${cache}.real`, {mode: 0o700});
		symlinkSync(`${cache}.real`, cache);
		return true;
	},
	'can be written to by others, who may have put programs there: remove it': cache => {
		mkdirSync(cache);
		chmodSync(cache, 0o770);
		return true;
	},
	'belongs to another user': (cache, t) => {
		if (process.getuid?.() !== 0) {
			missingHere(t, 'needs root', false);
			return false;
		}

		mkdirSync(cache, {mode: 0o700});
		chownSync(cache, 1, 1);
		return true;
	},
	'is not a directory': cache => {
		writeFileSync(cache, '');
		return true;
	},
};

for (const [reason, prepare] of Object.entries(untrusted)) {
	test(`a cache directory that ${reason} is not used, and nothing else is left`, async t => {
		const scratch = makeScratchPlace(t);
		const bundle = await makeArchive(scratch, 'echo hello; exit 4');
		const cache = scratch.path('cache');
		if (!prepare(cache, t)) return;
		const temporary = scratch.path('tmp');
		mkdirSync(temporary);
		const {stdout, stderr, status} = await runBundleChild({bundle, cache, temporary: [temporary]});
		t.deepEqual([stdout, status], ['hello\n', 4]);
		t.true(
			stderr.startsWith(`notice ${cache} ${reason}; unpacking to ${temporary}/dynpk-`),
			stderr,
		);
		t.deepEqual(readdirSync(temporary), []);
	});
}

const placesWithin = ['bundles', 'digests', 'locks'] as const;

for (const within of placesWithin) {
	test(`${within} that is a link, somebody else’s or open to others is not used`, async t => {
		const scratch = makeScratchPlace(t);
		const bundle = await makeArchive(scratch);
		const order = {bundle, temporary: [scratch.directory]};
		const cases: Record<string, (place: string) => void> = {
			link: place => {
				mkdirSync(`${place}.real`, {mode: 0o700});
				symlinkSync(`${place}.real`, place);
			},
			open: place => {
				mkdirSync(place);
				chmodSync(place, 0o777);
			},
			...(process.getuid?.() === 0
				? {
						theirs: (place: string) => {
							mkdirSync(place, {mode: 0o700});
							chownSync(place, 1, 1);
						},
					}
				: {}),
		};
		for (const [kind, prepare] of Object.entries(cases)) {
			const cache = scratch.path(kind);
			mkdirSync(cache, {mode: 0o700});
			prepare(`${cache}/${within}`);
			for (const turn of [1, 2]) {
				const {stdout, stderr} = await runBundleChild({...order, cache});
				t.is(stdout, 'hello\n', `${kind} ${turn}`);
				t.is(stderr.includes('unpacking to'), within === 'bundles', `${kind} ${turn}: ${stderr}`);
			}

			t.deepEqual(readdirSync(`${cache}/${within}`), [], kind);
		}
	});
}

test('what others put into a cache that was open to them is not run when it is closed', async t => {
	if (process.getuid?.() !== 0) return missingHere(t, 'needs root', false);
	const scratch = makeScratchPlace(t);
	const bundle = await makeArchive(scratch);
	const cache = scratch.path('cache');
	await runBundleChild({bundle, cache});
	const [name = ''] = bundlesIn(cache);
	const entry = `${cache}/bundles/${name}`;
	writeFileSync(`${entry}/bin/entry`, '#!/bin/sh\necho theirs\n');
	for (const path of [entry, `${entry}/bin`, `${entry}/bin/entry`]) chownSync(path, 1, 1);
	const {stdout, stderr} = await runBundleChild({bundle, cache});
	t.deepEqual([stdout, stderr], ['hello\n', 'unpacking\n']);
});

test('a parent that others can change is no place for a cache, unless they cannot get there', async t => {
	const scratch = makeScratchPlace(t);
	const bundle = await makeArchive(scratch);
	for (const closed of [false, true]) {
		const home = scratch.path(closed ? 'closed' : 'open');
		mkdirSync(`${home}/shared`, {recursive: true});
		chmodSync(`${home}/shared`, 0o777);
		chmodSync(scratch.directory, 0o755);
		chmodSync(home, closed ? 0o700 : 0o755);
		const order = {bundle, cache: `${home}/shared/cache`, temporary: [scratch.directory]};
		const {stdout, stderr} = await runBundleChild(order);
		t.is(stdout, 'hello\n');
		t.is(stderr.includes(`${home}/shared can be written to by others`), !closed, stderr);
	}
});

const damages: Readonly<Record<string, (entry: string) => void>> = {
	'a library is gone': entry => unlinkSync(`${entry}/lib/libx.so`),
	'it is empty': entry => {
		rmSync(entry, {recursive: true});
		mkdirSync(entry);
	},
	'a program became a link to nothing': entry => {
		unlinkSync(`${entry}/bin/entry`);
		symlinkSync('nowhere', `${entry}/bin/entry`);
	},
	'a program was cut off': entry => truncateSync(`${entry}/bin/entry`, 3),
	'it is a link to nothing': entry => {
		rmSync(entry, {recursive: true});
		symlinkSync('nowhere', entry);
	},
	'what is known of it is gone': entry => {
		for (const name of readdirSync(dirname(entry))) {
			if (name.endsWith('.json')) unlinkSync(join(dirname(entry), name));
		}
	},
};

for (const [title, damage] of Object.entries(damages)) {
	test(`an entry of the cache is unpacked again where ${title}`, async t => {
		const scratch = makeScratchPlace(t);
		const bundle = scratch.path('b.tar');
		await makeBundle(
			bundle,
			{entry: 'cat "${0%/bin/*}/lib/libx.so"', '../lib/libx.so': 'whole'},
			'tar',
		);
		const cache = scratch.path('cache');
		const first = await runBundleChild({bundle, cache});
		t.regex(first.stdout, /whole/u);
		const [name = ''] = bundlesIn(cache);
		damage(`${cache}/bundles/${name}`);
		const healed = await runBundleChild({bundle, cache});
		t.deepEqual([healed.stdout, healed.stderr], [first.stdout, 'unpacking\n']);
		t.is((await runBundleChild({bundle, cache})).stderr, '');
		t.is(bundlesIn(cache).length, 1);
	});
}

test('a file more is no damage: programs may leave theirs', async t => {
	const scratch = makeScratchPlace(t);
	const bundle = await makeArchive(scratch);
	const cache = scratch.path('cache');
	await runBundleChild({bundle, cache});
	const [name = ''] = bundlesIn(cache);
	writeFileSync(`${cache}/bundles/${name}/bin/entry.pyc`, '');
	t.is((await runBundleChild({bundle, cache})).stderr, '');
});

test('what killed processes have left is removed when something is unpacked', async t => {
	const scratch = makeScratchPlace(t);
	const bundle = await makeArchive(scratch);
	const cache = scratch.path('cache');
	const killed = async (): Promise<void> => {
		const holder = await startHolder({bundle, cache});
		holder.kill('SIGKILL');
		await once(holder, 'close');
	};
	await killed();
	await killed();
	t.is(bundlesIn(cache).length, 1, 'the first one’s is gone');
	t.is((await runBundleChild({bundle, cache})).stdout, 'hello\n');
	t.deepEqual(
		bundlesIn(cache).map(name => name.length),
		[64],
	);
});

test('without a home, a fresh directory is used and removed, also when a signal ends the program', async t => {
	const scratch = makeScratchPlace(t);
	const bundle = await makeArchive(scratch, 'echo "$0"; kill -TERM $$');
	const {stdout, stderr, signal} = await runBundleChild({bundle, temporary: [scratch.directory]});
	t.true(stdout.startsWith(scratch.path('dynpk-')), stdout);
	t.deepEqual([stderr, signal], ['unpacking\n', 'SIGTERM']);
	t.deepEqual(readdirSync(scratch.directory), ['b.tar.gz']);
});

test('a noexec cache is told from a good one without running anything, and another place is taken', async t => {
	if (!need(t, 'unshare', 'mount')) return;
	if ((await runCommand('unshare', ['-Urm', 'true'])).status !== 0) {
		return missingHere(t, 'needs user namespaces');
	}

	const scratch = makeScratchPlace(t);
	const bundle = await makeArchive(scratch);
	const [cache, bad, good] = ['cache', 'bad', 'good'].map(name => scratch.path(name));
	for (const directory of [cache!, bad!, good!]) mkdirSync(directory, {mode: 0o700});
	const script = `for d in "$0" "$1"; do mount -t tmpfs -o noexec,mode=700 none "$d" || exit 99; done
		shift; exec "$@"`;
	const wrapper = ['unshare', '-Urm', 'sh', '-c', script, cache!, bad!];
	const helped = await runBundleChild({bundle, cache: cache!, temporary: [bad!, good!]}, {wrapper});
	t.is(helped.stdout, 'hello\n');
	t.true(
		helped.stderr.startsWith(
			`notice ${cache!} is mounted noexec, ${bad!} is mounted noexec; unpacking to ${good!}/dynpk-`,
		),
		helped.stderr,
	);
	const lost = await runBundleChild({bundle, cache: cache!, temporary: [bad!]}, {wrapper});
	t.is(lost.status, 125);
	t.regex(lost.stderr, /^fault PERMISSION there is no place here to unpack programs and run them/u);
	t.deepEqual(readdirSync(good!), []);
});

test('a full cache is no reason not to run', async t => {
	if (!need(t, 'unshare', 'mount')) return;
	if ((await runCommand('unshare', ['-Urm', 'true'])).status !== 0) {
		return missingHere(t, 'needs user namespaces');
	}

	const scratch = makeScratchPlace(t);
	const bundle = await makeArchive(scratch, `echo hello\n: ${'x'.repeat(300_000)}`);
	const cache = scratch.path('cache');
	mkdirSync(cache, {mode: 0o700});
	const script = 'mount -t tmpfs -o size=128k,mode=700 none "$0" || exit 99; exec "$@"';
	const wrapper = ['unshare', '-Urm', 'sh', '-c', script, cache];
	const order = {bundle, cache, temporary: [scratch.directory]};
	const {stdout, stderr} = await runBundleChild(order, {wrapper});
	t.is(stdout, 'hello\n');
	t.regex(stderr, /notice .*cache has no space left; unpacking to/u);
});

test('a digest is remembered for the state of a file, and not for a younger one', t => {
	const scratch = makeScratchPlace(t);
	writeFileSync(scratch.path('a'), 'one');
	const state = readArchiveState(scratch.path('a'));
	const changed = (seconds: number) => ({
		...state,
		changedNs: state.changedNs + BigInt(seconds) * 1_000_000_000n,
	});
	const cache = scratch.path('cache');
	mkdirSync(cache, {mode: 0o700});
	const digest = 'ab'.repeat(32);
	// Changed in an hour: however long this machine pauses here, that is younger than the note.
	rememberDigest(cache, changed(3600), digest);
	t.is(recallDigest(cache, changed(3600)), undefined);

	const settled = changed(-3);
	rememberDigest(cache, settled, digest);
	t.is(recallDigest(cache, settled), digest);
	for (const field of ['device', 'inode', 'size', 'modifiedNs', 'changedNs'] as const) {
		t.is(recallDigest(cache, {...settled, [field]: settled[field] + 1n}), undefined, field);
	}

	t.is(readdirSync(`${cache}/digests`).length, 1);
});

test.serial('what is remembered but cannot be put in its place leaves nothing behind', t => {
	const scratch = makeScratchPlace(t);
	const archive = hostPath(scratch.path('archive'));
	const cache = hostPath(scratch.path('cache'));
	for (const directory of [`${cache}/bundles/entry/bin`, `${cache}/digests`]) {
		mkdirSync(directory, {recursive: true, mode: 0o700});
	}

	writeFileSync(archive, 'bytes');
	utimesSync(archive, 1, 1);
	failCall(t, 'renameSync', {errno: 'EACCES'});
	const state = {...readArchiveState(archive), changedNs: 0n};
	rememberDigest(cache, state, '0'.repeat(64));
	const place = hostPath(`${cache}/bundles/entry`);
	t.throws(() => writeEntryState(place, place), {code: 'EACCES'});
	t.deepEqual(readdirSync(`${cache}/digests`), []);
	t.deepEqual(readdirSync(`${cache}/bundles`), ['entry']);
});

test('writing to a file changes its state even where size and time of modification are set back', t => {
	const scratch = makeScratchPlace(t);
	const path = scratch.path('a');
	writeFileSync(path, 'one');
	utimesSync(path, 1, 1);
	const before = readArchiveState(path);
	appendFileSync(path, '');
	t.deepEqual(readArchiveState(path), before);
	// The clock of a file system goes in steps of milliseconds before Linux 6.13.
	do writeFileSync(scratch.path('clock'), '');
	while (readArchiveState(scratch.path('clock')).changedNs <= before.changedNs);
	writeFileSync(path, 'two');
	utimesSync(path, 1, 1);
	const {changedNs, ...others} = readArchiveState(path);
	t.deepEqual({...others, changedNs: before.changedNs}, before);
	t.true(changedNs > before.changedNs);
});

test('nothing is unpacked for a program that a directory holds', async t => {
	const scratch = makeScratchPlace(t);
	const cache = scratch.path('cache');
	await makeBundle(scratch.path('b'), {entry: 'echo hello'});
	t.is((await runBundleChild({bundle: scratch.path('b'), cache})).stderr, '');
	t.false(existsSync(cache));
});

test('where the first temporary place is full the next one serves', async t => {
	const scratch = makeScratchPlace(t);
	const bundle = hostPath(await makeArchive(scratch));
	const places = ['first', 'second'].map(name => hostPath(scratch.path(name)));
	places.forEach(place => mkdirSync(place));
	const locate = async (isFull: (directory: string) => boolean) =>
		locateBundle({
			bundle,
			caches: [],
			temporary: places,
			async check({directory}) {
				await Promise.resolve();
				if (isFull(directory)) {
					throw new DynpkError('NO_SPACE', 'no space left');
				}
			},
			notice: sentence => said.push(sentence),
		});
	const said: string[] = [];
	const {directory, remove} = await locate(path => path.startsWith(`${places[0]!}/`));
	t.true(directory.startsWith(`${places[1]!}/`));
	t.regex(said.join(), /\/first has no space left; unpacking to .*\/second\//u);
	remove?.();
	await t.throwsAsync(
		locate(() => true),
		{code: 'NO_SPACE'},
	);
	t.deepEqual(
		places.flatMap(place => readdirSync(place)),
		[],
	);
});
