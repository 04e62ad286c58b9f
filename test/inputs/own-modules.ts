/** Modules that no package has, where a language that travels finds them, are told; --with takes them. */
import {join} from 'node:path';
import test from 'ava';
import {need} from '../helpers/run/need.js';
import {buildInstalled, type InstalledPackageSpec} from '../helpers/worlds/installed-world.js';

const program = {libc: true, source: 'int main(void) { return 0; }\n'} as const;
const text = {text: 'x = 1\n'} as const;
const site = '/usr/local/lib/python3.11/dist-packages';
const shared = '/usr/lib/python3/dist-packages';
const packages = {
	python: {
		files: {
			'/usr/bin/python': program,
			'/usr/lib/python3.11/os.py': text,
			[`${shared}/space/owned/__init__.py`]: text,
		},
	},
	other: {files: {'/usr/bin/other': program, '/usr/lib/R/library/base/DESCRIPTION': text}},
} satisfies Record<string, InstalledPackageSpec>;
const unlisted = {
	[`${site}/mine/__init__.py`]: text,
	[`${site}/single.py`]: text,
	[`${site}/mine-1.0.dist-info/METADATA`]: text,
	[`${site}/gone/__pycache__/gone.cpython-311.pyc`]: text,
	[`${site}/distutils-precedence.pth`]: text,
	'/usr/local/lib/python3.10/dist-packages/of-another/__init__.py': text,
	[`${shared}/third/__init__.py`]: text,
	'/usr/local/lib/R/site-library/mine/DESCRIPTION': text,
} as const;

test('modules that no package has are told by their directory, of languages that travel', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(t, packages, unlisted);
	const saidOf = async (...argv: readonly string[]): Promise<string> => {
		const answer = await world.pack([...argv, '--dry-run']);
		t.is(answer.status, 0, answer.stderr);
		return answer.stderr;
	};
	const there = (directory: string, names: string, taken: string): string =>
		`dynpk: ${directory}: Python has ${names} there, which no package has, and which stays behind; --with ${taken} takes it along\n`;
	const third = there(shared, 'third', join(shared, 'NAME'));
	t.is(await saidOf('python'), there(site, 'mine, single.py', site) + third);
	t.is(await saidOf('python', '--with', site), third);
	t.is(await saidOf('python', '--with', site, '--with', join(shared, 'third')), '');
	t.regex(await saidOf('other'), /^dynpk: \/usr\/local\/lib\/R\/site-library: R has mine there, /u);
});
