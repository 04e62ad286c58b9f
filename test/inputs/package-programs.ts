/** What `bin/` offers besides what was asked for. */
import {chmodSync, copyFileSync, mkdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {putDpkgDatabase} from '../helpers/packages/dpkg-world.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const packages = {
	suite: ['/usr/bin/suite', '/usr/bin/helper', '/usr/lib/suite/inner', '/usr/sbin/serve'],
	library: ['/usr/bin/show-library'],
	other: ['/opt/bin/helper', '/usr/bin/other'],
};

/** Where the links in `bin/` lead, in their order. */
async function offered(t: ExecutionContext, argv: readonly string[]): Promise<string[]> {
	const root = makeScratch(t);
	for (const path of Object.values(packages).flat()) {
		mkdirSync(dirname(join(root, path)), {recursive: true});
		copyFileSync('/bin/busybox', join(root, path));
		chmodSync(join(root, path), 0o755);
	}

	putDpkgDatabase(root, [
		['suite', {files: packages.suite, fields: ['Depends: library']}],
		['library', {files: packages.library}],
		['other', {files: packages.other}],
	]);
	const answer = await runDynpk(['pack', ...argv, '--sysroot', root, '--dry-run', '--json']);
	t.is(answer.status, 0, answer.stderr);
	const {operations} = JSON.parse(answer.stdout) as {
		readonly operations: readonly {readonly path: string; readonly source?: string}[];
	};
	return operations.filter(({path}) => path.startsWith('bin/')).flatMap(({source}) => source ?? []);
}

test('a program brings the others of its package into bin/, and none of what it needs', async t => {
	if (!need(t, 'busybox')) return;
	t.deepEqual(await offered(t, ['/usr/bin/suite']), [
		...['/usr/bin/helper', '/usr/sbin/serve', '/usr/bin/suite'],
	]);
	t.deepEqual(await offered(t, ['/usr/bin/suite', '--scope', 'closure']), ['/usr/bin/suite']);
});

test('a program that was asked for has its name, whatever others are called', async t => {
	if (!need(t, 'busybox')) return;
	t.deepEqual(
		await offered(t, ['/usr/bin/suite', '/opt/bin/helper', '--exclude', '/usr/sbin/serve']),
		[...['/opt/bin/helper', '/usr/bin/other', '/usr/bin/suite']],
	);
});
