/** Which files of installed packages travel. */
import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {missingHere, need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {buildInstalled} from '../helpers/worlds/installed-world.js';

/** Bundle paths of a plan. */
async function planned(t: ExecutionContext, targets: readonly string[]): Promise<Set<string>> {
	const {status, stdout, stderr} = await runDynpk(['pack', ...targets, '--dry-run', '--json'], {
		env: {PATH: '/usr/bin:/bin'},
	});
	t.is(status, 0, stderr);
	const {operations} = JSON.parse(stdout) as {operations: readonly {path: string}[]};
	return new Set(operations.map(({path}) => path));
}

test('headers come with a package that is named, and with what it needs; a compiler has its own', async t => {
	const [own, needed] = ['/usr/include/errno.h', '/usr/include/linux/errno.h'];
	if (!existsSync(own) || !existsSync(needed)) {
		missingHere(t, 'libc6-dev');
		return;
	}

	const paths = await planned(t, ['/usr/bin/true', 'deb:libc6-dev']);
	t.true(paths.has(`root${own}`));
	t.true(paths.has(`root${needed}`));
	// Compilers in C++ need both packages too: what they make on the target is for the target's libc.
	const compiler = existsSync('/usr/bin/g++') ? await planned(t, ['/usr/bin/g++']) : undefined;
	t.false(compiler?.has(`root${own}`) ?? false);
	t.false([...(compiler ?? [])].some(path => path.endsWith('/crt1.o')));
	t.true([...(compiler ?? [own])].some(path => /^(?:root)?\/usr\/include\//u.test(path)));
});

test('a directory that a package has empty travels, though others have put something there', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(t, {
		tool: {
			files: {'/usr/bin/tool': {libc: true, source: 'int main(void) { return 0; }'}},
			directories: ['/etc/tool/conf.d'],
		},
		server: {files: {'/etc/tool/conf.d/server.cnf': {text: 'of a server\n'}}},
	});
	const bundle = join(world.root, '../bundle');
	t.is((await world.pack(['/usr/bin/tool', '-o', bundle])).status, 0);
	t.deepEqual(readdirSync(join(bundle, 'root/etc/tool/conf.d')), []);
});

test('a named package of nothing but documentation travels, one that has more does as ever', async t => {
	if (!need(t, 'gcc')) return;
	const page = {text: 'a page\n'};
	const world = await buildInstalled(t, {
		tool: {
			files: {
				'/usr/bin/tool': {libc: true, source: 'int main(void) { return 0; }'},
				'/usr/share/man/man1/tool.1': page,
			},
		},
		'tool-doc': {
			files: {
				'/usr/share/doc/tool-doc/copyright': page,
				'/usr/share/doc/tool/manual.html': page,
				'/usr/share/man/man7/tool.7': page,
			},
		},
		meta: {files: {'/usr/share/doc/meta/copyright': page}},
	});
	const bundle = join(world.root, '../bundle');
	const targets = ['deb:tool', 'deb:tool-doc', 'deb:meta'];
	t.is((await world.pack([...targets, '-o', bundle])).status, 0);
	t.deepEqual(
		['doc/tool/manual.html', 'man/man7/tool.7', 'man/man1/tool.1', 'doc/meta/copyright'].map(path =>
			existsSync(join(bundle, 'root/usr/share', path)),
		),
		[true, true, false, false],
	);
});
