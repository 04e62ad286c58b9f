/** Files that bundles of one cache have in common (docs/cache.md): the system is asked whether they are one. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {
	entriesOf,
	isTidy,
	makeRunFile,
	usualWorld,
	type RunFile,
} from '../helpers/run/run-files.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {listTree} from '../helpers/worlds/list-tree.js';
import type {RunEntry, RunWorld} from '../helpers/worlds/run-file-writer.js';

const share = 'root/usr/share';

async function worldOf(...more: readonly RunEntry[]): Promise<RunWorld> {
	const {entries, ...rest} = await usualWorld();
	return {...rest, entries: [...entries, ...more]};
}

/** In the first one's cache; the tree that it made there. */
async function startBeside(t: ExecutionContext, first: RunFile, made: RunFile): Promise<string> {
	const before = entriesOf(first.cache);
	const {status, stderr} = await made.start([], {DYNPK_CACHE: first.cache});
	t.deepEqual([status, stderr], [0, '']);
	const [top] = entriesOf(first.cache).filter(
		name => /^[0-9a-f]{64}$/u.test(name) && !before.includes(name),
	);
	return join(first.cache, 'runs', top!);
}

function isOne(...paths: readonly string[]): boolean {
	return new Set(paths.map(path => statSync(path).ino)).size === 1;
}

test('equal files of two bundles are one, and unequal ones are not', async t => {
	const first = await makeRunFile(
		t,
		await worldOf(
			{path: `${share}/only-here`, body: 'here'},
			{path: `${share}/writable`, body: 'mode', mode: 0o600},
		),
	);
	if (first === undefined) return;
	const second = (await makeRunFile(t, await worldOf({path: `${share}/writable`, body: 'mode'})))!;
	const one = await startBeside(t, first, first);
	const other = await startBeside(t, first, second);
	for (const name of ['root/usr/bin/prog', `${share}/one`, `${share}/secret`, `${share}/empty`]) {
		t.true(isOne(join(one, name), join(other, name)), name);
	}

	t.true(isOne(join(other, `${share}/one`), join(other, `${share}/same`)));
	t.false(isOne(join(one, `${share}/writable`), join(other, `${share}/writable`)));
	t.deepEqual(listTree(other), listTree(await startBeside(t, second, second)));
	// The next starts find both as they were published.
	for (const made of [first, second]) {
		const {stderr} = await made.start([], {DYNPK_CACHE: first.cache, DYNPK_EXPLAIN: '1'});
		t.notRegex(stderr, /unpacking/u);
	}

	t.true(isTidy(first.cache));
});

test('equal files of one bundle stay several, for the loader and for who writes to one', async t => {
	const twins = [
		{path: `${share}/twin`, body: 'twin'},
		{path: `${share}/zwin`, body: 'twin'},
	];
	const first = await makeRunFile(t, await worldOf(...twins));
	if (first === undefined) return;
	const second = (await makeRunFile(t, {...(await worldOf(...twins)), salt: 'x'}))!;
	const tops = [await startBeside(t, first, first), await startBeside(t, first, second)];
	t.false(isOne(...twins.map(({path}) => join(tops[0]!, path))));
	twins.forEach(({path}) => t.true(isOne(...tops.map(top => join(top, path))), path));
});

test('a file that was written to is found out by its contents, and replaced in the store', async t => {
	const first = await makeRunFile(t);
	if (first === undefined) return;
	const made = await Promise.all(
		['y', 'z'].map(async salt => makeRunFile(t, {...(await usualWorld()), salt})),
	);
	const written = join(await startBeside(t, first, first), `${share}/one`);
	const {atime, mtime} = statSync(written);
	writeFileSync(written, 'two\n');
	utimesSync(written, atime, mtime);
	const [second, third] = [
		await startBeside(t, first, made[0]!),
		await startBeside(t, first, made[1]!),
	].map(top => join(top, `${share}/one`));
	t.is(readFileSync(second!, 'utf8'), 'one\n');
	t.false(isOne(written, second!));
	t.true(isOne(second!, third!));
});

test('whatever lies in the way of the store, and without one, a bundle is unpacked', async t => {
	const first = await makeRunFile(t);
	if (first === undefined) return;
	await first.start();
	const store = join(first.cache, 'runs/files');
	const names = readdirSync(store);
	const ways: readonly (() => void)[] = [
		() => writeFileSync(store, ''),
		() => symlinkSync('/tmp', store),
		() => names.forEach(name => mkdirSync(join(store, name), {recursive: true})),
		() => {
			mkdirSync(store);
			names.forEach(name => symlinkSync('/etc/passwd', join(store, name)));
		},
	];
	for (const [at, stand] of ways.entries()) {
		rmSync(store, {recursive: true, force: true});
		stand();
		const made = (await makeRunFile(t, {...(await usualWorld()), salt: `way ${at}`}))!;
		const top = await startBeside(t, first, made);
		t.deepEqual(listTree(top), listTree(await startBeside(t, made, made)), String(at));
	}
});

test('what no tree has any more goes with the tree', async t => {
	const first = await makeRunFile(t, await worldOf({path: `${share}/only-here`, body: 'here'}));
	if (first === undefined) return;
	const top = await startBeside(t, first, first);
	const store = join(first.cache, 'runs/files');
	const before = readdirSync(store).length;
	const made = (await makeRunFile(t))!;
	await startBeside(t, first, made);
	t.is(readdirSync(store).length, before);
	rmSync(join(top, `${share}/only-here`));
	rmSync(join(top, `${share}/one`));
	t.is((await first.start()).status, 0);
	t.is(readdirSync(store).length, before);
	t.true(readdirSync(store).every(name => statSync(join(store, name)).nlink > 1));
	t.true(isTidy(first.cache));
});

test('a program of one bundle does not keep another from going, and the store goes with the last', async t => {
	const first = await makeRunFile(t, await worldOf({path: `${share}/x`, body: 'x'.repeat(9999)}));
	if (first === undefined) return;
	const second = (await makeRunFile(t, {...(await usualWorld()), salt: 'second'}))!;
	const [top, other] = [await startBeside(t, first, first), await startBeside(t, first, second)];
	const child = spawn('sh', ['-c', `exec 3< '${top}/${share}/one'; echo started; read word`], {
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	t.teardown(() => child.kill('SIGKILL'));
	await once(child.stdout, 'data');
	const words = ['cache', 'clear', '--cache', first.cache];
	const {stdout} = await runDynpk(words, {cwd: '/'});
	t.regex(stdout, new RegExp(`^removed .*\nkept .* in use by process ${child.pid}\n`));
	t.deepEqual([existsSync(top), existsSync(other)], [true, false]);
	t.true(existsSync(join(first.cache, 'runs/files')));
	child.kill('SIGKILL');
	await once(child, 'close');
	t.is((await runDynpk(words, {cwd: '/'})).status, 0);
	t.deepEqual(readdirSync(join(first.cache, 'runs')), []);
});
