import {execFileSync, spawnSync} from 'node:child_process';
import {dirname, join} from 'node:path';
import test from 'ava';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {mergePayload} from '../../lib/packages/merge/merge-payload.js';
import {openPackageSet} from '../../lib/packages/set/open-package-set.js';
import {solve} from '../../lib/packages/solve/solve.js';
import {hostPath} from '../../lib/paths/paths.js';
import {buildRpmWorld} from '../helpers/packages/rpm-world.js';
import {need} from '../helpers/run/need.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const names = ['bash', 'dash', 'libtinfo6:amd64', 'libc6:amd64', 'libacl1:amd64'];

test('a program from an RPM world runs with the loader and libraries of its merged sysroot', async t => {
	if (!need(t, 'rpmbuild', 'dpkg-query', 'bash')) {
		return;
	}

	const scratch = makeScratch(t);
	const [bash] = buildRpmWorld(scratch, names);
	const solution = await solve(await openPackageSet([bash!], [scratch]));
	t.deepEqual(
		solution.packages.map(({record, neededBy}) => [record.name, neededBy?.record.name]),
		[
			['bash', undefined],
			['dash', 'bash'],
			['libc6', 'bash'],
			['libtinfo6', 'bash'],
		],
	);
	const {root} = await mergePayload(solution, hostPath(join(scratch, 'root')));
	const libraries = join(root, 'usr/lib/x86_64-linux-gnu');
	const loader = join(libraries, 'ld-linux-x86-64.so.2');
	const program = ['--inhibit-cache', '--library-path', libraries, join(root, 'bin/bash')];
	const {stdout} = spawnSync(loader, [...program, '-c', 'echo "runs $((6 * 7))"'], {
		encoding: 'utf8',
	});
	t.is(stdout, 'runs 42\n');
	const listed = execFileSync(loader, ['--list', ...program], {encoding: 'utf8'});
	const places = [...listed.matchAll(/=> (\S+)/gu)].map(([, path]) => dirname(path ?? ''));
	t.true(places.length >= 2);
	t.deepEqual(new Set(places), new Set([libraries]));
});

test('the same package without its world says all that is missing, and who needs it', async t => {
	if (!need(t, 'rpmbuild', 'dpkg-query', 'bash')) {
		return;
	}

	const scratch = makeScratch(t);
	const [bash] = buildRpmWorld(scratch, ['bash']);
	const error = await t.throwsAsync(solve(await openPackageSet([bash!], [])), {
		instanceOf: DynpkError,
	});
	t.is(error.code, 'UNRESOLVED_REQUIRES');
	t.true(error.details.some(line => line.startsWith('libc.so.6(GLIBC_')));
	t.true(error.details.some(line => line.startsWith('libtinfo.so.6()(64bit), needed by bash-1-1')));
});
