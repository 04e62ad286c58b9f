/** Room is made beside others who start and unpack. */
import {spawn} from 'node:child_process';
import {appendFileSync, existsSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import {once} from 'node:events';
import {basename, join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import {makeRoom, type Outcome, type RoomRequest} from '../../lib/cache/make-room.js';
import {surveyPlaces} from '../../lib/cache/survey.js';
import {hostPath} from '../../lib/paths/paths.js';
import {entriesOf, isTidy, makeRunFile, onlyEntry, type RunFile} from '../helpers/run/run-files.js';
import {listTree} from '../helpers/worlds/list-tree.js';

const SILENCE = 2500;

async function clear(made: RunFile, edits: Partial<RoomRequest> = {}): Promise<Outcome> {
	return makeRoom({
		surveys: surveyPlaces([{path: hostPath(made.cache), source: 'test'}]),
		limits: {unused: 0, networkAge: 0, maxSize: undefined},
		isDry: false,
		silence: SILENCE,
		grace: 100,
		signal: undefined,
		onWatch: undefined,
		...edits,
	});
}

function reasonsOf({kept}: Outcome): readonly string[] {
	return kept.map(({why}) => why);
}

test('a start that comes while its tree is being taken keeps it', async t => {
	const made = await makeRunFile(t);
	if (made === undefined) return;
	await made.start();
	const whole = listTree(onlyEntry(made.cache));
	// Its first part, until the grace, is over when it returns.
	const [outcome, {status, stderr}] = await Promise.all([
		clear(made, {grace: 5000}),
		sleep(100).then(async () => made.start([], {DYNPK_EXPLAIN: '1'})),
	]);
	t.is(status, 0);
	t.notRegex(stderr, /unpacking/u);
	t.deepEqual(reasonsOf(outcome), ['somebody has just started it']);
	t.deepEqual(listTree(onlyEntry(made.cache)), whole);
	t.true(isTidy(made.cache));
	t.is(entriesOf(made.cache).length, 2);
});

test('one that is interrupted leaves all as it was', async t => {
	const made = await makeRunFile(t);
	if (made === undefined) return;
	await made.start();
	const before = listTree(made.cache);
	const aborted = AbortSignal.abort();
	await t.throwsAsync(clear(made, {signal: aborted}), {message: 'interrupted'});
	t.deepEqual(listTree(made.cache), before);
	t.deepEqual(reasonsOf(await clear(made)), []);
	t.deepEqual(entriesOf(made.cache), []);
});

test('what somebody works on stays with its tree, and goes when he is silent', async t => {
	const made = await makeRunFile(t);
	if (made === undefined) return;
	await made.start();
	const top = onlyEntry(made.cache);
	const beside = (word: string): string => `${top}.${word}`;
	mkdirSync(beside('lock'));
	mkdirSync(beside('new-1/root'), {recursive: true});
	const beat = join(beside('lock'), 'random');
	writeFileSync(beat, '');
	const beating = setInterval(() => appendFileSync(beat, '.'), 500);
	const outcome = await clear(made).finally(() => clearInterval(beating));
	t.deepEqual(reasonsOf(outcome), ['being unpacked', 'being unpacked']);
	t.deepEqual(outcome.removed, []);
	t.true(existsSync(beside('new-1/root')));
	t.deepEqual(
		reasonsOf(await clear(made, {limits: {unused: 1e9, networkAge: 0, maxSize: undefined}})),
		['used lately'],
	);
	t.true(isTidy(made.cache));
	t.is(entriesOf(made.cache).length, 2);
});

test('unfinished trees of both kinds go, but for one that a process uses or whose maker lives', async t => {
	const made = await makeRunFile(t);
	if (made === undefined) return;
	await made.start();
	const id = basename(onlyEntry(made.cache));
	const other = '0'.repeat(64);
	const bundles = join(made.cache, 'bundles');
	const dead = `.new-0-1-0-dead`;
	for (const name of [`runs/${id}.old-1/share`, `runs/${other}.new-2/share`, `bundles/${dead}`]) {
		mkdirSync(join(made.cache, name), {recursive: true});
	}

	writeFileSync(join(made.cache, `runs/${other}.12.state`), '');
	const used = join(made.cache, `runs/${id}.old-1/share`);
	const child = spawn('sh', ['-c', 'echo started; read word'], {
		cwd: used,
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	t.teardown(() => child.kill('SIGKILL'));
	await once(child.stdout, 'data');
	const outcome = await clear(made);
	// Of a name that tells no maker, a day must pass.
	t.deepEqual([...reasonsOf(outcome)].sort(), [
		'being unpacked',
		'being unpacked',
		`in use by process ${child.pid}`,
	]);
	t.deepEqual(
		entriesOf(made.cache).filter(name => name.startsWith(other)),
		[],
	);
	t.deepEqual(readdirSync(bundles), [dead]);
	t.true(existsSync(used));
});
