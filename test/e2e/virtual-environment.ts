/**
 * A Python virtual environment as the target: it stays one, wherever the bundle lies.
 */
import {execFile} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {mkdir, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {testOnHosts} from '../helpers/run/on-hosts.js';
import {bundlePlace} from '../hosts/lib/prepare-entry.js';

const run = promisify(execFile);
const scratch = mkdtempSync(join(tmpdir(), 'dynpk-test-'));
const environment = join(scratch, 'my env');

test.before('make a virtual environment with a module of its own', async () => {
	await run('/usr/bin/python3', ['-m', 'venv', '--system-site-packages', environment]);
	const module = join(environment, 'lib/python3.11/site-packages/greeting');
	await mkdir(module);
	await writeFile(join(module, '__init__.py'), 'text = "hello"\n');
});
test.after.always('remove it', () => rmSync(scratch, {recursive: true, force: true}));

const asks =
	'import sys, ssl, ctypes, greeting; print(greeting.text, sys.prefix, sys.base_prefix, sys.executable)';
const place = `${bundlePlace}/root${environment}`;

for (const launcher of ['native', 'sh']) {
	testOnHosts(
		`python3 of an environment finds the environment’s modules (--launcher ${launcher})`,
		{
			pack: [environment, '--launcher', launcher],
			run: {argv: ['bin/python3', '-c', asks]},
			stdout: `hello ${place} ${bundlePlace}/root/usr ${place}/bin/python3\n`,
		},
	);
}

testOnHosts(
	'numpy of the system computes in an environment, with the BLAS that alternatives chose',
	{
		pack: [environment, 'deb:python3-numpy'],
		run: {argv: ['bin/python3', '-c', 'import numpy; print(numpy.dot([[1, 2], [3, 4]], [5, 6]))']},
		stdout: '[17 39]\n',
		hosts: ['empty'],
	},
);
