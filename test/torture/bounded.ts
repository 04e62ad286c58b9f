/**
 * A bounded part of `make torture`, the same inputs each time.
 */
import test from 'ava';
import {describeCounts, torture, totalOf} from './lib/torture.js';
import {listTrials} from './lib/list-trials.js';

// Of those that start Node.js over and over, none belongs here.
for (const listed of (await listTrials()).filter(({trial}) => trial.inputsInCheck > 0)) {
	const {trial} = listed;
	test.serial(
		`${trial.name}, damaged or hindered: each is done or refused, and nothing else happens`,
		async t => {
			const to = trial.inputsInCheck;
			const course = {seed: 1, from: 0, to, time: Number.POSITIVE_INFINITY};
			const counts = await torture(listed, course, ({input, what}) =>
				t.log(`input ${input}: ${what}`),
			);
			t.log(describeCounts(counts));
			t.deepEqual(counts.faults, []);
			t.is(totalOf(counts), to);
			t.true(counts.refused > 0 && counts.accepted > 0, 'inputs must vary');
		},
	);
}
