import {execFileSync} from 'node:child_process';
import test from 'ava';
import fc from 'fast-check';
import {compareRpmVersions} from '../../lib/rpm/compare-versions.js';
import {compareEvr, formatEvr, parseEvr} from '../../lib/rpm/evr.js';
import {need} from '../helpers/run/need.js';

// Pairs that each rule decides, older first.
const ordered = [
	['1.0', '1.0.1'],
	['1.9', '1.10'],
	['1.a', '1.1'],
	['a', '1'],
	['1.0~rc1', '1.0'],
	['1.0~rc1', '1.0~rc2'],
	['1.0~rc1~git', '1.0~rc1'],
	['1.0', '1.0^git1'],
	['1.0^git1', '1.0.1'],
	['1.0^git1', '1.01'],
	['1.0~rc1^git1', '1.0'],
	['1.0~rc1', '1.0~rc1^git1'],
	['2a', '2.0'],
	['1.0', '1.0a'],
	['99999999999999999998', '99999999999999999999'],
] as const;

for (const [older, newer] of ordered) {
	test(`${older} is older than ${newer}`, t => {
		t.is(compareRpmVersions(older, newer), -1);
		t.is(compareRpmVersions(newer, older), 1);
	});
}

test('separators and leading zeros do not count', t => {
	t.is(compareRpmVersions('1.05', '1_5'), 0);
	t.is(compareRpmVersions('2.0.', '2.0'), 0);
	t.is(compareRpmVersions('1.0ß', '1.0'), 0);
});

test('an epoch beats every version, and none is zero', t => {
	t.is(compareEvr(parseEvr('1:1-1'), parseEvr('9-9')), 1);
	t.is(compareEvr(parseEvr('0:1-1'), parseEvr('1-1')), 0);
});

test('a version without a release comes before all its releases', t => {
	t.is(compareEvr(parseEvr('1'), parseEvr('1-0')), -1);
});

test('the release follows the last dash, the epoch is digits', t => {
	t.deepEqual(parseEvr('1:2-3-4'), {epoch: '1', version: '2-3', release: '4'});
	t.deepEqual(parseEvr('a:2'), {epoch: undefined, version: 'a:2', release: undefined});
	t.is(formatEvr(parseEvr('7:8-9')), '7:8-9');
});

const version = fc
	.array(fc.constantFrom(...'0|1|2|9|a|z|~|^|.|-|_|+|A|Z|ß'.split('|')), {
		minLength: 1,
		maxLength: 12,
	})
	.map(characters => characters.join(''));

test('any two versions are ordered as rpm orders them', t => {
	if (!need(t, 'rpm')) {
		return;
	}

	const pairs = fc.sample(fc.tuple(version, version), {numRuns: 4000, seed: 20101});
	const near = pairs.map(([a, b]): [string, string] => [
		a + b,
		`${a}${b.slice(0, -1)}0${b.slice(-1)}`,
	]);
	const all = [...pairs, ...near].map(([a, b]): [string, string] => [
		a.replaceAll('-', '+'),
		b.replaceAll('-', '+'),
	]);
	const expected = askRpm(all);
	t.is(expected.length, all.length);
	all.forEach(([a, b], index) => t.is(compareRpmVersions(a, b), expected[index]!, `${a} ${b}`));
});

test('any two packages are ordered as rpm orders them', t => {
	if (!need(t, 'rpm')) {
		return;
	}

	const part = fc
		.array(fc.constantFrom(...'0|1|2|a|~|^|.'.split('|')), {minLength: 1, maxLength: 4})
		.map(c => c.join(''));
	const evr = fc
		.tuple(fc.option(fc.nat(2)), part, fc.option(part))
		.map(([e, v, r]) => `${e === null ? '' : `${e}:`}${v}${r === null ? '' : `-${r}`}`);
	const pairs = fc.sample(fc.tuple(evr, evr), {numRuns: 4000, seed: 20102});
	const expected = askRpm(pairs);
	t.is(expected.length, pairs.length);
	pairs.forEach(([a, b], index) => {
		t.is(compareEvr(parseEvr(a), parseEvr(b)), expected[index]!, `${a} ${b}`);
	});
});

/** One process for all: rpm's Lua has its comparison built in. */
function askRpm(pairs: readonly (readonly [string, string])[]): readonly (-1 | 0 | 1)[] {
	const lines = pairs.map(([a, b]) => `${a}\t${b}`).join('\n');
	const script = `
		for line in io.lines() do
			local a, b = line:match('^(.-)\\t(.*)$')
			io.stdout:write(rpm.vercmp(a, b), '\\n')
		end
	`;
	const output = execFileSync('rpm', ['--eval', `%{lua:${script}}`], {
		input: `${lines}\n`,
		encoding: 'utf8',
		maxBuffer: 1 << 26,
	});
	return output
		.split('\n')
		.filter(line => line !== '')
		.map(line => Number(line) as -1 | 0 | 1);
}
