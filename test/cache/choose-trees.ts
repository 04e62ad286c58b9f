import test from 'ava';
import {chooseTrees, type Candidate, type Limits} from '../../lib/cache/choose-trees.js';

const DAY = 86_400_000;

interface Named extends Candidate {
	readonly name: string;
}

function tree(name: string, days: number, facts: Partial<Candidate> = {}): Named {
	const files = new Map([[name, 10]]);
	const usual = {files, user: undefined, isBusy: false, isOnNetwork: false};
	return {...usual, ...facts, name, idle: days * DAY};
}

function going(trees: readonly Named[], limits: Partial<Limits>): readonly string[] {
	const all = {unused: 30 * DAY, networkAge: 30 * DAY, maxSize: undefined, ...limits};
	return [...chooseTrees(trees, all)].flatMap(([{name}, verdict]) =>
		verdict === 'goes' ? [name] : [],
	);
}

test('what was not used for so long goes', t => {
	t.deepEqual(going([tree('young', 29), tree('old', 30)], {}), ['old']);
});

test('for room, what was used longest ago goes first, and no more than is needed', t => {
	const trees = [tree('new', 1), tree('oldest', 9), tree('older', 5)];
	t.deepEqual(going(trees, {maxSize: 30}), []);
	t.deepEqual(going(trees, {maxSize: 29}), ['oldest']);
	t.deepEqual(going(trees, {maxSize: 15}), ['oldest', 'older']);
	t.deepEqual(going(trees, {maxSize: 0}), ['new', 'oldest', 'older']);
	// What goes by its age makes room, too.
	t.deepEqual(going([...trees, tree('ancient', 99)], {maxSize: 30}), ['ancient']);
});

test('what is in use stays, however old it is and whatever room is wanted', t => {
	const trees = [tree('used', 99, {user: 1}), tree('busy', 99, {isBusy: true}), tree('free', 1)];
	t.deepEqual(going(trees, {maxSize: 0}), ['free']);
	t.deepEqual(going(trees, {unused: 0}), ['free']);
});

test('on a network the last use alone tells', t => {
	const trees = [
		tree('lately', 29, {isOnNetwork: true}),
		tree('long ago', 31, {isOnNetwork: true}),
		tree('local', 1),
	];
	t.deepEqual(going(trees, {unused: 0}), ['long ago', 'local']);
	t.deepEqual(going(trees, {maxSize: 0}), ['long ago', 'local']);
	t.deepEqual(going(trees, {unused: 2 * DAY, networkAge: 2 * DAY}), ['lately', 'long ago']);
});

test('what several trees have goes with the last of them', t => {
	const of = (name: string, days: number): Named =>
		tree(name, days, {
			files: new Map([
				['common', 100],
				[name, 10],
			]),
		});
	const trees = [of('new', 1), of('old', 9), tree('between', 5)];
	t.deepEqual(going(trees, {maxSize: 130}), []);
	t.deepEqual(going(trees, {maxSize: 129}), ['old']);
	t.deepEqual(going(trees, {maxSize: 119}), ['old', 'between']);
	t.deepEqual(going(trees, {maxSize: 109}), ['new', 'old', 'between']);
});
