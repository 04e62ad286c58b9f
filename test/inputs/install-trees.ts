/** A program that was installed into a directory travels with what it finds there, or that is said. */
import {copyFileSync, mkdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {installTreeOf} from '../../lib/inputs/install-trees.js';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {sysrootPath} from '../../lib/paths/paths.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {assertRefused} from '../helpers/run/refusal.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {compile} from '../helpers/worlds/mini-bundle.js';
import {putFile} from '../helpers/worlds/put-file.js';
import {makeScratch} from '../helpers/worlds/scratch.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

/** Prints what stands in the file at its compiled-in prefix. */
const solver = (prefix: string): string => `
#include <stdio.h>
int main(void)
{
	char line[100] = "nothing";
	FILE *data = fopen("${prefix}/share/solver/data", "r");
	if (data != NULL)
		fgets(line, sizeof line, data);
	puts(line);
	return 0;
}
`;

async function makeTree(t: ExecutionContext, more: readonly string[]): Promise<string> {
	const top = join(makeScratch(t), 'sw');
	const files = ['share/solver/data', 'share/other/x', 'include/solver.h', 'lib/libsolver.a'];
	for (const name of [...files, ...more]) {
		putFile(top, `/${name}`, 'here');
	}

	mkdirSync(dirname(join(top, 'bin/solver')), {recursive: true});
	copyFileSync(await compile(t, solver(top)), join(top, 'bin/solver'));
	return top;
}

async function answersOf(t: ExecutionContext, bundle: string, stdout: string): Promise<void> {
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) continue;
		const answer = await runOnHost(host, {bundle, argv: ['bin/solver']});
		t.deepEqual(answer, {status: 0, signal: undefined, stdout, stderr: ''}, name);
	}
}

test('where nothing but an installation lies all of it travels, but what is for building', async t => {
	if (!need(t, 'gcc')) return;
	const top = await makeTree(t, ['README.md']);
	const bundle = join(top, '../bundle');
	const packed = await runDynpk(['pack', join(top, 'bin/solver'), '-o', bundle]);
	t.deepEqual(
		[packed.status, packed.stderr],
		[
			0,
			`dynpk: ${top}: include, lib/libsolver.a in it stays behind, for building or reading; --with ${top}/… takes it along\n`,
		],
	);
	const reasons = readManifest(join(bundle, 'dynpk.json')).files.map(({reason}) => reason);
	t.true(reasons.includes(`prefix ${top} (installed)`));
	await answersOf(t, bundle, 'here\n');
	for (const [target, original] of [
		[bundle, 'the program that it was made from, by its path'],
		[join(bundle, 'bin/solver'), '$PWD/bin/solver'],
	] as const) {
		const rest = await assertRefused(t, {
			...{cwd: top, code: 'NOT_A_PROGRAM', pack: [target]},
			says: `${target} belongs to the bundle ${bundle}`,
		});
		t.is(rest.at(-1), `hint: copy ${bundle}, or pack ${original}`);
	}

	t.is((await runDynpk(['inspect', join(bundle, 'bin/solver')])).status, 0);

	const run = join(top, '../solver.run');
	t.is((await runDynpk(['pack', join(top, 'bin/solver'), '-q', '-o', run])).status, 0);
	const said = await assertRefused(t, {
		...{cwd: top, code: 'NOT_A_PROGRAM', pack: [run]},
		says: `${run} is a bundle in one file`,
	});
	t.is(said.at(-1), `hint: copy ${run}, or pack the program that it was made from, by its path`);
	const inspected = await runDynpk(['inspect', run]);
	t.is(inspected.status, 0);
	t.regex(inspected.stdout, /^bundle solver, id [0-9a-f]{16}$/mu);
});

test('in a tree of sources or a home what stays behind is said in one line, and --scope prefix takes it', async t => {
	if (!need(t, 'gcc')) return;
	const top = await makeTree(t, ['src/solver.c', 'work/result']);
	const program = join(top, 'bin/solver');
	const notice = `dynpk: ${top}: has 2 more files (share/solver, share/other); --scope prefix takes them\n`;
	const said = await runDynpk(['pack', program, '--dry-run']);
	const named = `dynpk: ${top}/share/solver/data, which a program names, stays behind; --suspected packs it, dynpk inspect --suspects tells where\n`;
	t.deepEqual([said.status, said.stderr], [0, notice + named]);
	const some = ['--with', join(top, 'share/solver'), '--dry-run'];
	t.regex((await runDynpk(['pack', program, ...some])).stderr, /has 1 more file \(share\/other\)/u);
	for (const [scope, stderr] of [
		['closure', ''],
		['package', named],
	] as const) {
		t.is((await runDynpk(['pack', program, '--scope', scope, '--dry-run'])).stderr, stderr, scope);
	}

	for (const [name, home] of [
		['of sources', '/nowhere'],
		['home', top],
	] as const) {
		const bundle = join(top, `../bundle ${name}`);
		const packing = ['pack', program, '--scope', 'prefix', '-o', bundle];
		const packed = await runDynpk(packing, {env: {HOME: home}});
		t.is(packed.status, 0, packed.stderr);
		const sources = readManifest(join(bundle, 'dynpk.json')).files.map(({source}) => source);
		t.is(sources.includes(sysrootPath(join(top, 'work/result'))), name === 'of sources');
		await answersOf(t, bundle, 'here\n');
	}
});

test('a program in no prefix is refused one', async t => {
	if (!need(t, 'gcc')) return;
	const cwd = makeScratch(t);
	copyFileSync(await compile(t, solver('/none')), join(cwd, 'solver'));
	await assertRefused(t, {
		cwd,
		pack: ['./solver', '--scope', 'prefix'],
		code: 'USAGE',
		says: '$PWD/solver has no prefix: it is in no bin, sbin or libexec',
	});
});

test('which trees are whose', t => {
	const root = makeScratch(t);
	for (const path of [
		...['/usr/bin/own', '/usr/local/bin/own', '/home/me/.local/bin/own', '/home/me/bin/own'],
		...[
			'/home/me/sw/bin/x',
			'/home/me/sw/libexec/x/y',
			'/home/me/sw/share/x',
			'/home/me/sw/.git/x',
		],
		...['/home/me/project/bin/x', '/home/me/project/lib/x', '/home/me/project/Makefile'],
		...['/srv/me/bin/x', '/opt/only/bin/x', '/opt/only/README', '/home/me/sw/lib/x/y'],
	]) {
		putFile(root, path, '');
	}

	const sysroot = openSysroot(root);
	const kindOf = (path: string): string | undefined => {
		const tree = installTreeOf(sysrootPath(path), sysroot, '/srv/me');
		return tree && `${tree.kind} ${tree.path}`;
	};
	t.is(kindOf('/usr/bin/own'), 'system /usr');
	t.is(kindOf('/usr/local/bin/own'), 'shared /usr/local');
	t.is(kindOf('/home/me/.local/bin/own'), 'shared /home/me/.local');
	t.is(kindOf('/home/me/bin/own'), 'shared /home/me');
	t.is(kindOf('/srv/me/bin/x'), 'shared /srv/me');
	t.is(kindOf('/home/me/sw/bin/x'), 'own /home/me/sw');
	t.is(kindOf('/home/me/sw/libexec/x/y'), 'own /home/me/sw');
	t.is(kindOf('/home/me/sw/lib/x/y'), undefined);
	t.is(kindOf('/home/me/project/bin/x'), 'unknown /home/me/project');
	t.is(kindOf('/opt/only/bin/x'), 'unknown /opt/only');
});
