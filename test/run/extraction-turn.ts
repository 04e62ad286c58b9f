import {readdirSync} from 'node:fs';
import test from 'ava';
import {awaitTurn} from '../../lib/run/extraction-turn.js';
import {makeScratchPlace} from '../helpers/worlds/scratch-place.js';

test('of many who come at the same moment one has the turn, the others hear when it is over', async t => {
	const scratch = makeScratchPlace(t);
	for (let round = 0; round < 20; round += 1) {
		const turns = Array.from({length: 8}, async () => {
			const turn = await awaitTurn({locks: scratch.path('locks'), name: 'x'});
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
	const request = {locks: scratch.path('locks'), name: 'x'};
	const holder = await awaitTurn(request);
	const controller = new AbortController();
	const waiting = awaitTurn({...request, signal: controller.signal});
	controller.abort();
	t.is((await waiting).status, 'unavailable');
	if (holder.status !== 'ours') return t.fail('the first did not get the turn');
	holder.release();
	t.deepEqual(readdirSync(scratch.path('locks')), []);
});
