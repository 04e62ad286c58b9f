import test from 'ava';
import {makeTapReader} from '../helpers/tap-summary.js';
import type {TapCounts} from '../helpers/tap-summary.js';

function readAll(text: string): {readonly shown: string; readonly counts: TapCounts} {
	const reader = makeTapReader();
	const shown = text.split('\n').map(reader.read);
	return {
		shown: shown.filter(line => line !== undefined).join('\n'),
		counts: reader.counts(),
	};
}

test('passed tests are counted and not shown, nor are their logs', t => {
	t.deepEqual(readAll('TAP version 13\nok 1 - first\n#   a log\nok 2 - second'), {
		shown: '',
		counts: {passed: 2, failed: 0, skipped: 0},
	});
});

test('a failure is shown with its logs and its evidence', t => {
	const text = 'not ok 1 - sums\n#   seed 7\n  ---\n    name: AssertionError\n  ...\nok 2 - next';
	t.deepEqual(readAll(text), {
		shown: '✘ sums\n    seed 7\n  ---\n    name: AssertionError\n  ...',
		counts: {passed: 1, failed: 1, skipped: 0},
	});
});

test('a test that ended for want of a tool is skipped, not passed', t => {
	t.deepEqual(readAll('ok 1 - packs\n#   skipped: needs rpm\nok 2 - other'), {
		shown: '- packs\n   skipped: needs rpm',
		counts: {passed: 1, failed: 0, skipped: 1},
	});
});

test('a test that ava skips is skipped, a hash in a title is not a directive', t => {
	t.deepEqual(readAll('ok 1 - a # SKIP\nok 2 - issue # 4').counts, {
		passed: 1,
		failed: 0,
		skipped: 1,
	});
});

test('a log that only looks like a skip does not hide a failure', t => {
	t.deepEqual(readAll('not ok 1 - a\n#   skipped: no').counts, {passed: 0, failed: 1, skipped: 0});
});

test('failures are known by their titles at the end', t => {
	const reader = makeTapReader();
	for (const line of ['not ok 1 - a › b', '  ---', 'ok 2 - c', 'not ok 3 - d', '  not ok 4 - e']) {
		reader.read(line);
	}

	t.deepEqual(reader.failures(), ['a › b', 'd']);
});
