/**
 * A bounded part of `make torture`, the same inputs each time.
 */
import test from 'ava';
import {describeCounts, torture, totalOf} from './lib/torture.js';
import {listFormats} from './lib/list-formats.js';

for (const {file, format} of await listFormats()) {
	test.serial(
		`damaged ${format.name}: each is read or refused, and nothing else happens`,
		async t => {
			const to = format.inputsInCheck;
			const course = {format: file, seed: 1, from: 0, to, time: Number.POSITIVE_INFINITY};
			const counts = await torture(course, ({input, what}) => t.log(`input ${input}: ${what}`));
			t.log(describeCounts(counts));
			t.deepEqual(counts.faults, []);
			t.is(totalOf(counts), to);
			t.true(counts.refused > 0 && counts.accepted > 0, 'damage must vary');
		},
	);
}
