import {once} from 'node:events';
import {readdirSync} from 'node:fs';
import test from 'ava';
import {hostPath} from '../../lib/paths/paths.js';
import {awaitTurn} from '../../lib/run/extraction-turn.js';
import {makeBundle, startHolder} from '../helpers/run/run-bundle-child.js';
import {makeScratchPlace} from '../helpers/worlds/scratch-place.js';

test('of many who come at the same moment one has the turn, the others hear when it is over', async t => {
	const scratch = makeScratchPlace(t);
	for (let round = 0; round < 20; round += 1) {
		const turns = Array.from({length: 8}, async () => {
			const turn = await awaitTurn({cache: hostPath(scratch.directory), name: 'x'});
			if (turn.status === 'ours') turn.release();
			return turn.status;
		});
		const statuses = await Promise.all(turns);
		t.true(statuses.includes('ours'));
		t.false(statuses.includes('unavailable'));
	}

	t.deepEqual(readdirSync(scratch.path('locks')), []);
});

test('whoever waits can be stopped', async t => {
	const scratch = makeScratchPlace(t);
	const request = {cache: hostPath(scratch.directory), name: 'x'};
	const holder = await awaitTurn(request);
	const controller = new AbortController();
	const waiting = awaitTurn({...request, signal: controller.signal});
	controller.abort();
	t.is((await waiting).status, 'unavailable');
	if (holder.status !== 'ours') return t.fail('the first did not get the turn');
	holder.release();
	t.deepEqual(readdirSync(scratch.path('locks')), []);
});

test('who is suspended loses the turn', async t => {
	const scratch = makeScratchPlace(t);
	const bundle = scratch.path('b.tar');
	await makeBundle(bundle, {entry: 'exit 0'}, 'tar');
	const cache = scratch.path('cache');
	// It waits for its stdin in a call that lets nothing else happen.
	const holder = await startHolder({bundle, cache});
	const [name = ''] = readdirSync(`${cache}/locks`);
	const turn = await awaitTurn({cache, name, patience: 200});
	t.is(turn.status, 'ours');
	holder.stdin!.end();
	const [status] = (await once(holder, 'close')) as [number];
	t.is(status, 0);
	t.deepEqual(readdirSync(`${cache}/locks`), [name], 'the lock is not its own any more');
	if (turn.status === 'ours') turn.release();
	t.deepEqual(readdirSync(`${cache}/locks`), []);
});
