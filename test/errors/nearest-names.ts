/** What a mistyped name was meant to be. */
import test from 'ava';
import {nearestNames} from '../../lib/errors/nearest-names.js';

const programs = ['git', 'gtf', 'gitk', 'tgz', 'ls', 'sh', 'python3', 'python3.11', 'convert'];

const cases: readonly (readonly [word: string, nearest: readonly string[]])[] = [
	['gti', ['git']],
	['gitkk', ['gitk']],
	['sl', ['ls']],
	['l', []],
	['lx', []],
	['pyton3', ['python3']],
	['pythno3', ['python3']],
	['conv', ['convert']],
	['frobnicate', []],
	['git', ['gitk']],
];

for (const [word, nearest] of cases) {
	test(`${word} is near ${nearest.length === 0 ? 'nothing' : nearest.join(' and ')}`, t => {
		t.deepEqual(nearestNames(word, programs), nearest);
	});
}

test('of many that are equally near three are told, by the alphabet', t => {
	t.deepEqual(nearestNames('abcx', ['abcd', 'abcb', 'abcc', 'abca']), ['abca', 'abcb', 'abcc']);
});
