/** The files that a sweep looks at on a machine that has many. */
import test from 'ava';
import {drawFrom, shuffled, sweepOf} from '../helpers/run/sample.js';

const many = Array.from({length: 1000}, (_, index) => index);

test('a sample has as many items as asked for, each once and in order', t => {
	for (const seed of [0, 1, 4_294_967_295]) {
		const drawn = drawFrom(many, 100, seed);
		t.is(drawn.length, 100);
		t.deepEqual(
			drawn,
			[...new Set(drawn)].sort((a, b) => a - b),
		);
		t.true((drawn.at(-1) ?? 0) > 900 && (drawn[0] ?? 1000) < 100, 'from everywhere');
	}
});

test('the same seed draws the same sample, another one another', t => {
	t.deepEqual(drawFrom(many, 100, 7), drawFrom(many, 100, 7));
	t.notDeepEqual(drawFrom(many, 100, 7), drawFrom(many, 100, 8));
});

test('a random order has each item once, and is another one with another seed', t => {
	const order = shuffled(many, 7);
	t.deepEqual(
		[...order].sort((a, b) => a - b),
		many,
	);
	t.deepEqual(order, shuffled(many, 7));
	t.notDeepEqual(order, shuffled(many, 8));
	t.true(
		order.slice(0, 100).some(item => item > 900),
		'from everywhere',
	);
});

test('the environment says the seed, or that everything is looked at', t => {
	t.deepEqual(sweepOf({DYNPK_TESTS_SEED: '12'}), {isWhole: false, seed: 12});
	t.true(sweepOf({DYNPK_TESTS_SWEEP: 'whole'}).isWhole);
	t.not(sweepOf({}).seed, sweepOf({}).seed);
});
