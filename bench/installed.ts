/**
 * Who owns the files of a program, in a made-up database of 1,900 packages with 21 MB of lists.
 *
 * The rival is `dpkg-query` when asked for everything at once, which is what it does to answer for one
 * path as well. What dynpk takes is the processor time of asking, without starting Node; ldd of git
 * stands for how long a user waits for that.
 */
import {copyFileSync, mkdirSync, renameSync} from 'node:fs';
import {join} from 'node:path';
import {putLargeDpkgDatabase} from '../test/helpers/packages/dpkg-world.js';
import {compareRuns, type Contestant} from './lib/compare-runs.js';
import type {Result} from './lib/result.js';

const ROUNDS = 11;

export function benchInstalled(scratch: string): Result[] {
	const root = join(scratch, 'system');
	mkdirSync(root);
	putLargeDpkgDatabase(root);
	const admin = join(root, 'var/lib/dpkg');
	const script = join(import.meta.dirname, 'owners-of.js');
	const asking = (name: string, cache: string, prepare?: () => void): Contestant => ({
		name,
		argv: [process.execPath, script, root, cache],
		output: join(scratch, 'owners'),
		part: ({stderr}) => Number(stderr) / 1000,
		...(prepare === undefined ? {} : {prepare}),
	});
	const ldd = {name: 'ldd git', argv: ['ldd', '/usr/bin/git'], output: join(scratch, 'ldd')};
	const steady: readonly Contestant[] = [
		ldd,
		{
			name: 'dpkg-query, all lists',
			argv: ['dpkg-query', `--admindir=${admin}`, '-W', '-f', '${binary:Package}${db-fsys:Files}'],
			output: join(scratch, 'lists'),
		},
		asking('dynpk, as remembered', join(scratch, 'cache')),
		asking('dynpk, nothing remembered', '/dev/null'),
	];
	const changing = asking(
		'dynpk, after a change of a package',
		join(scratch, 'other-cache'),
		() => {
			const list = join(admin, 'info/made-up-package-7.list');
			copyFileSync(list, `${list}-new`);
			renameSync(`${list}-new`, list);
		},
	);
	const what = 'owners of six files among 1,900 packages, processor time';
	const measured = compareRuns(steady, ROUNDS);
	// Apart, so that the change is no change to the others.
	const changed = compareRuns([ldd, changing], ROUNDS).slice(1);
	const reference = measured[0]?.cpu ?? NaN;
	return [...measured, ...changed].map(({name, cpu, part, runs}) => {
		const own = part ?? cpu;
		return {bench: 'installed', what, name, cpu: own, ratio: own / reference, runs};
	});
}
