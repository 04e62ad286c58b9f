import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import type {ExecutionContext} from 'ava';
import {need} from '../helpers/run/need.js';
import {makeOnce} from './lib/make-once.js';
import {withLock} from './lib/with-lock.js';

async function scratch(t: ExecutionContext): Promise<string> {
	const directory = await mkdtemp(join(tmpdir(), 'dynpk-test-'));
	t.teardown(async () => rm(directory, {recursive: true}));
	return directory;
}

/** A process that asks for `place` and, if it is the one to make it, appends a line to `log`. */
async function builderProcess(place: string, log: string): Promise<number | null> {
	const module = join(import.meta.dirname, 'lib/make-once.js');
	const program = `
		import {appendFileSync, writeFileSync} from 'node:fs';
		import {makeOnce} from ${JSON.stringify(module)};
		await makeOnce(${JSON.stringify(place)}, async directory => {
			appendFileSync(${JSON.stringify(log)}, 'made\\n');
			writeFileSync(directory + '/whole', '');
		});`;
	const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
	const [status] = (await once(child, 'close')) as [number | null];
	return status;
}

test('four processes that ask at once make it once', async t => {
	if (!need(t, 'flock')) return;
	const directory = await scratch(t);
	const [place, log] = [join(directory, 'deep/place'), join(directory, 'log')];
	const statuses = await Promise.all([1, 2, 3, 4].map(async () => builderProcess(place, log)));
	t.deepEqual(statuses, [0, 0, 0, 0]);
	t.is(await readFile(log, 'utf8'), 'made\n');
	t.deepEqual((await readdir(join(directory, 'deep'))).sort(), ['place', 'place.lock']);
});

test('a failure leaves no place, and the next one starts anew', async t => {
	if (!need(t, 'flock')) return;
	const place = join(await scratch(t), 'place');
	const failing = makeOnce(place, async directory => {
		await writeFile(join(directory, 'half'), '');
		throw new Error('no network');
	});
	await t.throwsAsync(failing, {message: 'no network'});
	t.false(existsSync(place));
	await makeOnce(place, async directory => writeFile(join(directory, 'whole'), ''));
	t.deepEqual(await readdir(place), ['whole']);
});

test('what a killed builder left half made is removed', async t => {
	if (!need(t, 'flock')) return;
	const directory = await scratch(t);
	await mkdir(join(directory, 'place.partial-abc'));
	await makeOnce(join(directory, 'place'), () => Promise.resolve());
	t.deepEqual((await readdir(directory)).sort(), ['place', 'place.lock']);
});

test('a lock is given back when its holder fails', async t => {
	if (!need(t, 'flock')) return;
	const lock = join(await scratch(t), 'lock');
	await t.throwsAsync(withLock(lock, () => Promise.reject(new Error('failed'))));
	t.is(await withLock(lock, () => Promise.resolve('held again')), 'held again');
});
