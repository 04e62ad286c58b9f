import {chmod, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {isInPath, missingHere} from '../helpers/run/need.js';

test('a tool counts only as an executable file in one of the directories', async t => {
	const directory = await mkdtemp(join(tmpdir(), 'dynpk-test-'));
	t.teardown(async () => rm(directory, {recursive: true}));
	await writeFile(join(directory, 'tool'), '');
	const path = `/nonexistent:${directory}`;
	await chmod(join(directory, 'tool'), 0o644);
	t.false(isInPath('tool', path));
	await chmod(join(directory, 'tool'), 0o755);
	t.true(isInPath('tool', path));
	t.false(isInPath('.', path));
	t.false(isInPath('tool', '/nonexistent'));
});

test('what is missing is a logged skip', async t => {
	const attempt = await t.try(inner => missingHere(inner, 'needs a unicorn', false));
	attempt.discard();
	t.true(attempt.passed);
	t.deepEqual(attempt.logs, ['skipped: needs a unicorn']);
});

test('what is missing is a failure where tests must run', async t => {
	const attempt = await t.try(inner => missingHere(inner, 'needs a unicorn', true));
	attempt.discard();
	t.false(attempt.passed);
});
