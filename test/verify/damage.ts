/** What `dynpk verify` and `dynpk run` make of bundles that were damaged after packing. */
import {execFileSync} from 'node:child_process';
import {
	chmodSync,
	cpSync,
	mkdirSync,
	readdirSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {basename, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {hostPath} from '../../lib/paths/paths.js';
import {askEngines} from '../../lib/verify/ask-engines.js';
import {verifyBundle} from '../../lib/verify/verify-bundle.js';
import {asOrdinaryUser} from '../helpers/run/ordinary-user.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {putFile} from '../helpers/worlds/put-file.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

/** A directory with a bundle of `sh` in it, as the test wants it damaged. */
async function packSh(t: ExecutionContext): Promise<string> {
	const cwd = makeScratch(t);
	const env = {PATH: '/usr/bin:/bin'};
	const packed = await runDynpk(['pack', '/bin/sh', '--scope', 'closure', '-o', 'sh'], {cwd, env});
	t.is(packed.status, 0, packed.stderr);
	return cwd;
}

/** Status, and the findings line by line. */
async function verify(cwd: string, bundle: string): Promise<readonly [unknown, readonly string[]]> {
	const {status, stdout, stderr} = await runDynpk(['verify', bundle, '--static'], {cwd});
	return [
		status,
		`${stdout}${stderr}`
			.replaceAll(cwd, '$PWD')
			.split('\n')
			.filter(line => line !== ''),
	];
}

test('strangers of every kind and name are told by their whole names', async t => {
	const cwd = await packSh(t);
	writeFileSync(join(cwd, 'sh/a b'), '');
	writeFileSync(Buffer.concat([Buffer.from(join(cwd, 'sh/c')), Buffer.from([0xff])]), '');
	execFileSync('mkfifo', [join(cwd, 'sh/pipe')]);

	t.deepEqual(await verify(cwd, 'sh'), [
		1,
		[
			'DIFFERS_FROM_MANIFEST a b: does not belong to it',
			'DIFFERS_FROM_MANIFEST c\ufffd: does not belong to it',
			'DIFFERS_FROM_MANIFEST pipe: does not belong to it',
		],
	]);
});

test('what Python compiled beside packed modules is told apart from damage', async t => {
	const cwd = makeScratch(t);
	putFile(cwd, 'app/module.py', 'x = 1\n');
	putFile(cwd, 'app/run', '#!/bin/sh\n');
	chmodSync(join(cwd, 'app/run'), 0o755);
	const packed = await runDynpk(['pack', './app', '--scope', 'closure', '-o', 'b'], {cwd});
	t.is(packed.status, 0, packed.stderr);
	const below = `root${cwd}/app`;
	const notice = (count: number) =>
		`dynpk: Python has written beside its modules: ${count} compiled files and their directories`;

	const cache = join(cwd, 'b', below, '__pycache__');
	putFile(cache, 'module.cpython-311.pyc', 'compiled');
	t.deepEqual(await verify(cwd, 'b'), [0, ['$PWD/b: nothing found', notice(2)]]);

	putFile(cache, 'module.cpython-311.opt-1.pyc', 'compiled');
	putFile(cache, 'other.cpython-311.pyc', 'of a module that is not there');
	putFile(cache, 'module.so', '');
	putFile(cache, '../module.pyc', '');
	t.deepEqual(await verify(cwd, 'b'), [
		1,
		[
			...['module.pyc', '__pycache__/module.so', '__pycache__/other.cpython-311.pyc'].map(name =>
				`DIFFERS_FROM_MANIFEST ${below}/${name}: does not belong to it`.replaceAll(cwd, '$PWD'),
			),
			notice(3),
		],
	]);
});

test('a bundle without its loader is told so, by a finding', async t => {
	const cwd = await packSh(t);
	const [loader = ''] = readdirSync(join(cwd, 'sh/libexec/dynpk')).filter(name =>
		name.startsWith('ld-'),
	);
	const path = `libexec/dynpk/${loader}`;
	for (const damage of ['is missing', 'has other contents']) {
		rmSync(join(cwd, 'sh', path), {force: true});
		if (damage !== 'is missing') {
			writeFileSync(join(cwd, 'sh', path), 'no loader');
			chmodSync(join(cwd, 'sh', path), 0o755);
		}

		t.deepEqual(await verify(cwd, 'sh'), [1, [`DIFFERS_FROM_MANIFEST ${path}: ${damage}`]]);
	}
});

test('what this user may not read is a refusal that names it', async t => {
	const cwd = await packSh(t);
	for (const [path, mode] of [
		['sh/dynpk.json', 0],
		['sh/lib', 0o700],
	] as const) {
		cpSync(join(cwd, 'sh'), join(cwd, 'other'), {recursive: true, verbatimSymlinks: true});
		chmodSync(join(cwd, path.replace('sh', 'other')), process.geteuid?.() === 0 ? mode : 0);
		chmodSync(cwd, 0o755);
		const {status, stderr} = await runDynpk(['verify', 'other', '--static'], {
			cwd,
			under: asOrdinaryUser(),
		});
		t.is(status, 6, stderr);
		t.is(
			stderr.replaceAll(cwd, '$PWD'),
			`dynpk: cannot read $PWD/${path.replace('sh', 'other')}: permission denied\n`,
		);
		chmodSync(join(cwd, path.replace('sh', 'other')), 0o700);
		rmSync(join(cwd, 'other'), {recursive: true});
	}
});

for (const command of ['run', 'verify', 'pack'] as const) {
	test(`${command}: a FIFO is refused instead of waited for`, async t => {
		const cwd = makeScratch(t);
		execFileSync('mkfifo', [join(cwd, 'pipe.deb')]);
		const {status, stderr} = await runDynpk([command, './pipe.deb'], {cwd});
		t.is(status, {run: 125, verify: 3, pack: 3}[command]);
		t.regex(stderr, /^dynpk: \S+\/pipe\.deb is (?:neither a directory nor|not) a regular file\n/u);
	});
}

test('damage in the place of what verify starts or copies is told, whatever it is', async t => {
	const cwd = await packSh(t);
	const damages: Readonly<Record<string, (path: string) => void>> = {
		nothing: path => rmSync(path),
		'a FIFO': path => {
			rmSync(path);
			execFileSync('mkfifo', [path]);
		},
		'a loop': path => {
			rmSync(path);
			symlinkSync(basename(path), path);
		},
		'a directory': path => {
			rmSync(path);
			mkdirSync(path);
		},
	};
	const {launches, objects, programs} = readManifest(join(cwd, 'sh/dynpk.json'));
	const library = objects.find(({soname}) => soname === 'libc.so.6')?.path ?? '';
	const places = [programs[0]!.path, launches[0]!.launcher, launches[0]!.program, library];
	for (const [what, damage] of Object.entries(damages)) {
		for (const place of places) {
			const name = `${what} at ${place}`;
			rmSync(join(cwd, 'bad'), {recursive: true, force: true});
			cpSync(join(cwd, 'sh'), join(cwd, 'bad'), {recursive: true, verbatimSymlinks: true});
			damage(join(cwd, 'bad', place));
			const findings = await verifyBundle({
				top: hostPath(join(cwd, 'bad')),
				isStatic: false,
				privateDirectory: makeScratch(t),
				notice: () => undefined,
			});
			t.true(
				findings.some(({code, path}) => code === 'DIFFERS_FROM_MANIFEST' && path === place),
				name,
			);
			const manifest = readManifest(join(cwd, 'bad/dynpk.json'));
			const question = {top: hostPath(join(cwd, 'bad')), manifest, asked: undefined};
			t.truthy(await askEngines({...question, program: programs[0]!.name}), name);
		}
	}
});
