/** What `verify` finds by running things: a program under the record, and the canary. */
import {cpSync, mkdirSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {hostPath} from '../../lib/paths/paths.js';
import {verifyBundle} from '../../lib/verify/verify-bundle.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {compileProgram} from '../helpers/worlds/audit-world.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

interface Probe {
	readonly directory: string;
	readonly bundle: string;
	/** A library that opens `foreign`, in the bundle's payload, and where it came from. */
	readonly opener: string;
	/** A library outside the bundle. */
	readonly foreign: string;
}

async function packProber(t: ExecutionContext, output = 'bundle'): Promise<Probe> {
	const directory = makeScratch(t);
	const at = (name: string): string => join(directory, name);
	mkdirSync(at('plugins'));
	await compileProgram('prober.c', at('prober'));
	await compileProgram('object.c', at('object.so'), ['-shared', '-fPIC']);
	const plugin = `-DPLUGIN="${at('object.so')}"`;
	await compileProgram('opener.c', at('plugins/opener.so'), ['-shared', '-fPIC', plugin]);
	const bundle = at(output);
	const packed = await runDynpk(['pack', at('prober'), '--with', at('plugins'), '-o', bundle]);
	t.is(packed.status, 0, packed.stderr);
	const opener = `root${at('plugins/opener.so')}`;
	return {directory, bundle, opener, foreign: at('object.so')};
}

test('verify --run tells who led to an object from outside, back to the program', async t => {
	if (!need(t, 'gcc')) return;
	const {bundle, opener, foreign, directory} = await packProber(t);
	const run = ['verify', bundle, '--run', '--', 'prober', 'dlopen', join(bundle, opener)];
	const answer = await runDynpk(run);

	t.is(answer.stdout, 'plugin: loaded\nloaded\n');
	t.is(
		answer.stderr,
		`OBJECT_FROM_OUTSIDE ${foreign}: comes from outside: asked for by ${opener}; ` +
			`${opener} asked for by root${directory}/.prober.dynpk\n`,
	);
	t.is(answer.status, 1);
	const json = await runDynpk(run.toSpliced(2, 0, '--json'));
	const {schema, findings} = JSON.parse(json.stderr) as {schema: string; findings: object[]};
	t.is(schema, 'dynpk-verify/1');
	t.like(findings, [{code: 'OBJECT_FROM_OUTSIDE', path: foreign}]);
});

test('verify --run of a program that stays inside finds nothing, also in an archive', async t => {
	if (!need(t, 'gcc')) return;
	const {bundle, directory} = await packProber(t, 'bundle.tar.gz');
	mkdirSync(join(directory, 'temporary'));
	const env = {TMPDIR: join(directory, 'temporary')};
	const run = ['verify', bundle, '--run', '--', 'prober', 'dlopen', 'libnothing.so'];
	const answer = await runDynpk(run, {env});

	t.regex(answer.stdout, /^failed: libnothing\.so: /u);
	t.is(answer.stderr, `${bundle}: nothing found\n`);
	t.is(answer.status, 0);
	t.deepEqual(readdirSync(env.TMPDIR), []);
});

test('verify --run wants a program of the bundle, and no --static', async t => {
	if (!need(t, 'gcc')) return;
	const {bundle} = await packProber(t);
	t.is((await runDynpk(['verify', bundle, '--run'])).status, 2);
	t.is((await runDynpk(['verify', bundle, '--run', '--static', '--', 'prober'])).status, 2);
	const absent = await runDynpk(['verify', bundle, '--run', '--', 'another']);
	t.is(absent.status, 2);
	t.regex(absent.stderr, /there is no program another in \S+\nhint: it has prober\n$/u);
});

for (const name of ['bullseye', 'trixie'] as const) {
	test.serial(`verify tries the loader of ${name} with the stub on this host`, async t => {
		const host = need(t, 'gcc', 'g++') ? await needHost(t, name) : undefined;
		if (host === undefined) return;
		const bundle = join(makeScratch(t), 'bash');
		await runDynpk(['pack', '/bin/bash', '--sysroot', host.root, '-o', bundle]);
		const answer = await runDynpk(['verify', bundle]);
		t.regex(answer.stdout, /: nothing found\nengines on this host: direct, shim/u);

		// The stub is bent, so that the loader goes on without it.
		const bent = join(makeScratch(t), 'bent');
		cpSync(bundle, bent, {recursive: true, verbatimSymlinks: true});
		const stub = join(bent, 'libexec/dynpk/libdynpk-audit.so');
		rmSync(stub);
		writeFileSync(stub, 'no object');
		const broken = await runDynpk(['verify', bent]);
		t.is(broken.status, 1);
		t.regex(
			broken.stdout,
			/^AUDIT_CANARY_FAILED libexec\/dynpk\/ld-linux\S+: .* audit interface/mu,
		);
	});
}

test('verify says so where no canary was built, and finds nothing for that', async t => {
	if (!need(t, 'gcc')) return;
	const {bundle, directory} = await packProber(t);
	const notices: string[] = [];
	const request = {
		...{top: hostPath(bundle), privateDirectory: hostPath(makeScratch(t))},
		native: hostPath(join(directory, 'nothing-built')),
		notice: (sentence: string) => notices.push(sentence),
	};
	t.deepEqual(await verifyBundle({...request, isStatic: false}), []);
	t.deepEqual(notices, [
		'no canary was built for x86-64, which takes a C++ compiler: whether audit works here stays untried',
	]);
	t.deepEqual(await verifyBundle({...request, isStatic: true}), []);
	t.is(notices.length, 1);
});
