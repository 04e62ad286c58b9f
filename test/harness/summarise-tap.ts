import {execFile} from 'node:child_process';
import {mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import type {ExecutionContext} from 'ava';

const script = join(import.meta.dirname, '../helpers/summarise-tap.js');
const modules = join(import.meta.dirname, '../../../node_modules');

interface Summary {
	readonly status: number;
	readonly lastLine: string | undefined;
}

/** Run the summariser over one test file in a project of its own. */
async function summarise(t: ExecutionContext, text: string): Promise<Summary> {
	const project = await mkdtemp(join(tmpdir(), 'dynpk-test-'));
	t.teardown(async () => rm(project, {recursive: true}));
	await writeFile(join(project, 'package.json'), '{"type": "module"}');
	await symlink(modules, join(project, 'node_modules'));
	await writeFile(join(project, 'test.js'), `import test from 'ava';\n${text}`);
	return new Promise(resolve => {
		const env = {PATH: process.env.PATH};
		execFile(process.execPath, [script], {cwd: project, env}, (error, stdout) => {
			const status = error === null ? 0 : Number(error.code);
			resolve({status, lastLine: stdout.trimEnd().split('\n').at(-1)});
		});
	});
}

test('all passed: status 0', async t => {
	const answer = await summarise(t, "test('a', t => t.pass()); test('b', t => t.pass());");
	t.deepEqual(answer, {status: 0, lastLine: '2 passed, 0 failed, 0 skipped'});
});

test('one failure among others: status 1', async t => {
	const answer = await summarise(t, "test('a', t => t.pass()); test('b', t => t.fail());");
	t.deepEqual(answer, {status: 1, lastLine: '1 passed, 1 failed, 0 skipped'});
});

test('a test that is left out or not written yet does not fail the run', async t => {
	const text = "test('a', t => t.pass()); test.skip('b', t => t.fail()); test.todo('c');";
	const answer = await summarise(t, text);
	t.deepEqual(answer, {status: 0, lastLine: '1 passed, 0 failed, 2 skipped'});
});

test('a crash beside passing tests fails the run', async t => {
	const crash = "test('a', t => t.pass()); process.on('exit', () => { process.exitCode = 3; });";
	const answer = await summarise(t, crash);
	t.deepEqual(answer, {status: 1, lastLine: '1 passed, 1 failed, 0 skipped'});
});

test('no tests at all fail the run', async t => {
	t.is((await summarise(t, '')).status, 1);
});
