import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import test from 'ava';
import {need} from '../helpers/run/need.js';
import {compileElection} from '../helpers/worlds/election-model.js';

const execute = promisify(execFile);

/** What may happen, how often, and how many unpackings that leads to at most. */
const courses = [
	{runners: 3, what: 'nothing', kills: 0, signals: 0, silences: 0, damages: 0, unpackings: 1},
	{runners: 2, what: 'two kills', kills: 2, signals: 0, silences: 1, damages: 0, unpackings: 2},
	{runners: 2, what: 'a signal', kills: 1, signals: 1, silences: 1, damages: 0, unpackings: 2},
	{runners: 2, what: 'two late ones', kills: 0, signals: 0, silences: 2, damages: 0, unpackings: 2},
	{runners: 2, what: 'damage', kills: 1, signals: 0, silences: 0, damages: 1, unpackings: 2},
	{
		runners: 2,
		what: 'damage and a late one',
		kills: 0,
		signals: 0,
		silences: 1,
		damages: 1,
		unpackings: 3,
	},
] as const;

for (const {runners, what, kills, signals, silences, damages, unpackings} of courses) {
	test.serial(`all schedules of ${runners} starts, ${what} hindering them, end right`, async t => {
		if (!need(t, 'gcc')) return;
		const model = await compileElection(runners);
		const words = [kills, signals, silences, damages].map(String);
		const {stdout} = await execute(model, words);
		t.log(stdout.trim());
		t.regex(stdout, /^states [1-9]\d{3,}, steps /u, 'too few: nothing was met');
		t.is(/at most (\d+) unpackings/u.exec(stdout)?.[1], String(unpackings));
	});
}
