import {spawnSync} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {parseEvr, rangesOverlap, type Relation, type VersionRange} from '../../lib/rpm/evr.js';
import {writeRpm} from '../helpers/packages/rpm-writer.js';
import {need} from '../helpers/run/need.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

function range(text: string): VersionRange {
	const [relation = '', evr = ''] = text.split(' ');
	return {relation: relation as Relation, evr: parseEvr(evr)};
}

test('ranges overlap where one version lies in both', t => {
	t.true(rangesOverlap(range('>= 1'), range('= 1-5')));
	t.true(rangesOverlap(range('< 2'), range('> 1')));
	t.false(rangesOverlap(range('< 1'), range('>= 1')));
	t.false(rangesOverlap(range('= 1:1'), range('= 1')));
});

test('a range without a release means all releases, unless it excludes the version', t => {
	t.true(rangesOverlap(range('= 1'), range('= 1-5')));
	t.true(rangesOverlap(range('<= 1'), range('= 1-5')));
	t.false(rangesOverlap(range('< 1'), range('= 1-5')));
	t.false(rangesOverlap(range('> 1'), range('= 1-5')));
});

test('a requirement is met by the provides by which rpm sees it met', t => {
	if (!need(t, 'rpm')) {
		return;
	}

	const part = fc.constantFrom('1', '2', '1~a', '1^a', '1.1');
	const evr = fc
		.tuple(fc.constantFrom('', '0:', '1:'), part, fc.constantFrom('', '-1', '-2', '-1~b'))
		.map(parts => parts.join(''));
	const relation = fc.constantFrom<Relation>('<', '<=', '=', '>=', '>');
	const ranges = fc.tuple(relation, evr).map(parts => parts.join(' '));
	const cases = fc.sample(fc.tuple(ranges, ranges), {numRuns: 600, seed: 20103});
	const unmet = new Set(askRpm(makeScratch(t), cases));
	t.true(unmet.size > 50);
	cases.forEach(([wanted, offered], index) => {
		const met = rangesOverlap(range(wanted), range(offered));
		t.is(met, !unmet.has(index), `${wanted} from ${offered}`);
	});
});

/** One package requires `case0`, `case1`, …, the other provides them: rpm lists the unmet ones. */
function askRpm(scratch: string, cases: readonly (readonly [string, string])[]): readonly number[] {
	const needy = join(scratch, 'needy.rpm');
	const giver = join(scratch, 'giver.rpm');
	const requires = cases.map(([wanted], index) => `case${index} ${wanted}`);
	const provides = cases.map(([, offered], index) => `case${index} ${offered}`);
	writeFileSync(needy, writeRpm({name: 'needy', requires}));
	writeFileSync(giver, writeRpm({name: 'giver', provides: [...provides, 'giver = 1-1']}));
	mkdirSync(join(scratch, 'root'));
	const flags = ['--test', '--nosignature', '--ignorearch', '--ignoreos', '--noplugins'];
	const {stderr} = spawnSync(
		'rpm',
		['-i', '--root', join(scratch, 'root'), ...flags, needy, giver],
		{
			encoding: 'utf8',
		},
	);
	return [...stderr.matchAll(/case(\d+) .* is needed by/gu)].map(match => Number(match[1]));
}
