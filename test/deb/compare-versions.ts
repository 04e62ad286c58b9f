import {execFileSync} from 'node:child_process';
import test from 'ava';
import fc from 'fast-check';
import {compareDebVersions, satisfiesDebRelation} from '../../lib/deb/compare-versions.js';
import {need} from '../helpers/run/need.js';

const ordered = [
	['1.0~rc1', '1.0'],
	['1.0~~', '1.0~'],
	['1.0', '1.0a'],
	['1.0a', '1.0+'],
	['1.0-1', '1.0-1+b1'],
	['1.0-1~bpo1', '1.0-1'],
	['1.9', '1.10'],
	['9.9', '1:0'],
	['1.0-1', '1.0-10'],
	['1.0.', '1.0.1'],
] as const;

for (const [older, newer] of ordered) {
	test(`${older} is older than ${newer}`, t => {
		t.is(compareDebVersions(older, newer), -1);
		t.is(compareDebVersions(newer, older), 1);
	});
}

test('an absent epoch and an absent revision are zero', t => {
	t.is(compareDebVersions('0:1.0', '1.0'), 0);
	t.is(compareDebVersions('1.0-0', '1.0'), 0);
});

test('each operator says what it says', t => {
	t.true(satisfiesDebRelation('1.0', '>=', '1.0'));
	t.false(satisfiesDebRelation('1.0', '>>', '1.0'));
	t.true(satisfiesDebRelation('1.0~', '<<', '1.0'));
	t.true(satisfiesDebRelation('1.0', '<=', '1.0'));
	t.false(satisfiesDebRelation('1.0-1', '=', '1.0'));
});

test('any two versions are ordered as dpkg orders them', t => {
	if (!need(t, 'dpkg', 'sh')) {
		return;
	}

	const text = (signs: string, max: number) =>
		fc
			.array(fc.constantFrom(...signs.split('|')), {maxLength: max})
			.map(characters => characters.join(''));
	const version = fc
		.tuple(
			fc.option(fc.nat(2)),
			fc.constantFrom('0', '1', '10'),
			text('0|1|9|a|Z|~|+|.', 6),
			fc.option(text('0|1|a|~|+', 3).filter(revision => revision !== '')),
		)
		.map(([epoch, first, rest, revision]) => {
			const head = epoch === null ? '' : `${epoch}:`;
			return `${head}${first}${rest}${revision === null ? '' : `-${revision}`}`;
		});
	const pairs = fc.sample(fc.tuple(version, version), {numRuns: 700, seed: 20104});
	const expected = askDpkg(pairs);
	t.is(expected.length, pairs.length);
	pairs.forEach(([a, b], index) => t.is(compareDebVersions(a, b), expected[index]!, `${a} ${b}`));
});

/** One shell for all: dpkg compares one pair in each of its runs. */
function askDpkg(pairs: readonly (readonly [string, string])[]): readonly (-1 | 0 | 1)[] {
	const script = `
		while read -r a b; do
			if dpkg --compare-versions "$a" lt "$b"; then echo -1
			elif dpkg --compare-versions "$a" eq "$b"; then echo 0
			else echo 1; fi
		done
	`;
	const output = execFileSync('sh', ['-c', script], {
		input: `${pairs.map(pair => pair.join(' ')).join('\n')}\n`,
		encoding: 'utf8',
	});
	return output
		.trim()
		.split('\n')
		.map(line => Number(line) as -1 | 0 | 1);
}
