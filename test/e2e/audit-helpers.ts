/**
 * A helper and a file of the host's that get in between, as in 2010: told under `record` and `warn`, the
 * helper refused under `enforce`, whichever C library travels and whether its loader takes auditors.
 */
import {execFile} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {readAuditRecords} from '../../lib/audit/read-audit-records.js';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {packOnce} from '../helpers/run/packed.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {projectRoot} from '../helpers/worlds/audit-world.js';
import {makeScratch} from '../helpers/worlds/scratch.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

const execute = promisify(execFile);
const helper = '/usr/bin/rsvg-convert';
const configuration = '/etc/drawing.conf';
const hostFiles = {
	[helper]: {content: '#!/bin/sh\nexit 99\n', mode: 0o755},
	[configuration]: 'colour\n',
	// The host's by nature: no finding.
	'/etc/hosts': '127.0.0.1 localhost\n',
};

interface Packed {
	readonly bundle: string;
	/** Reads the configuration, asks the helper and says its status. */
	readonly command: string;
}

/** A program of this machine, by its C library's compiler. */
async function packDrawing(t: ExecutionContext, compiler: string): Promise<Packed | undefined> {
	if (!need(t, compiler)) return undefined;
	const directory = makeScratch(t);
	const at = (name: string): string => join(directory, name);
	mkdirSync(at('data'));
	writeFileSync(at('data/brushes'), 'soft\n');
	const source = join(projectRoot, 'test/audit/programs/draw.c');
	await execute(compiler, [`-DDATA="${at('data/brushes')}"`, '-o', at('draw'), source]);
	const words = ['pack', at('draw'), '--with', at('data'), '-o', at('bundle')];
	const packed = await runDynpk(words);
	t.is(packed.status, 0, packed.stderr);
	return {bundle: at('bundle'), command: 'bin/draw'};
}

async function packShell(
	t: ExecutionContext,
	name: 'el7' | 'bullseye' | 'trixie',
): Promise<Packed | undefined> {
	const host = await needHost(t, name);
	const words = ['bash', '--sysroot', host?.root ?? ''];
	const bundle = host && (await packOnce(t, words));
	const command = `bin/bash -c 'read x </etc/hosts; read x <${configuration}; rsvg-convert; echo $?'`;
	return bundle === undefined ? undefined : {bundle, command};
}

/** By what travels, and how it is audited. */
const worlds: Readonly<
	Record<
		string,
		readonly [method: string, pack: (t: ExecutionContext) => Promise<Packed | undefined>]
	>
> = {
	'glibc 2.17': ['preload', async t => await packShell(t, 'el7')],
	'glibc 2.31': ['interface', async t => await packShell(t, 'bullseye')],
	'glibc 2.36': ['interface', async t => await packDrawing(t, 'gcc')],
	'glibc 2.41': ['interface', async t => await packShell(t, 'trixie')],
	musl: ['preload', async t => await packDrawing(t, 'musl-gcc')],
};

for (const [libc, [method, pack]] of Object.entries(worlds)) {
	test.serial(
		`${libc}: a helper and a file of the host's are told, and the helper refused`,
		async t => {
			const packed = await pack(t);
			if (packed === undefined) return;
			const {bundle, command} = packed;
			const {stdout: manifest} = await execute('cat', [join(bundle, 'dynpk.json')]);
			t.regex(manifest, new RegExp(`"audit":\\{[^}]*"method":"${method}"`, 'u'));
			for (const name of targetHosts) {
				const host = await needHost(t, name);
				if (host === undefined) return;
				const run = async (setting: string) =>
					await runOnHost(host, {
						bundle,
						files: hostFiles,
						argv: ['/bin/sh', '-c', command],
						env: {DYNPK_AUDIT: setting},
					});

				t.like(await run('off'), {stdout: '99\n', stderr: ''}, name);
				const warned = await run('warn');
				t.is(warned.stdout, '99\n', name);
				const [reads = '', starts = '', ...rest] = warned.stderr.split('\n');
				t.true(
					reads.startsWith(`dynpk: reads ${configuration}, outside the bundle`),
					warned.stderr,
				);
				t.true(starts.startsWith(`dynpk: starts ${helper}, outside the bundle`), warned.stderr);
				t.deepEqual(rest, [''], name);

				const enforced = await run('enforce');
				t.is(enforced.stdout, '126\n', name);
				t.true(
					enforced.stderr.startsWith(`dynpk: refused to start ${helper}, outside the bundle`),
					enforced.stderr,
				);
				const {events, records, damaged} = readAuditRecords((await run('record:2')).stderr);
				t.deepEqual(
					events.map(({kind, path}) => [kind, path]),
					[
						['file', configuration],
						['program', helper],
					],
					name,
				);
				t.deepEqual(
					records.filter(({verdict}) => verdict === 'outside'),
					[],
					name,
				);
				t.is(damaged, 0);
			}
		},
	);
}

test.serial(
	'what --allow-exec covers starts, what a shell is told to start is judged too',
	async t => {
		const packed = await packDrawing(t, 'gcc');
		if (packed === undefined) return;
		const host = await needHost(t, 'empty');
		if (host === undefined) return;
		const env = {DYNPK_AUDIT: 'enforce', DYNPK_AUDIT_ALLOW_EXEC: '/nowhere:rsvg-*'};
		const run = {bundle: packed.bundle, files: hostFiles, argv: ['bin/draw'], env};
		t.like(await runOnHost(host, run), {stdout: '99\n', stderr: ''});
		const engine = {...run, env: {DYNPK_AUDIT: 'enforce', DYNPK_ENGINE: 'userns'}};
		const refused = await runOnHost(host, engine);
		// A namespace shows nothing in directories of the user's.
		t.is(refused.stdout.replace('lacks a file\n', ''), '126\n', refused.stderr);
	},
);

test.serial(
	'each loader of a bundle is audited in its own way, where no variable says so',
	async t => {
		if (!need(t, 'gcc', 'musl-gcc')) return;
		const host = await needHost(t, 'empty');
		if (host === undefined) return;
		const directory = makeScratch(t);
		const at = (name: string): string => join(directory, name);
		writeFileSync(at('brushes'), 'soft\n');
		const source = join(projectRoot, 'test/audit/programs/draw.c');
		const compilers = ['gcc', 'musl-gcc'];
		for (const compiler of compilers) {
			await execute(compiler, [`-DDATA="${at('brushes')}"`, '-o', at(`draw-${compiler}`), source]);
		}

		const preloaded = '/opt/site/own.so';
		await execute('gcc', ['-shared', '-nostdlib', '-xc', '/dev/null', '-o', at('own.so')]);
		const files = {...hostFiles, [preloaded]: {content: readFileSync(at('own.so')), mode: 0o644}};
		const programs = compilers.map(compiler => at(`draw-${compiler}`));
		const words = [...programs, '--with', at('brushes'), '--audit', 'enforce', '-o', at('bundle')];
		const packed = await runDynpk(['pack', ...words]);
		t.is(packed.status, 0, packed.stderr);
		const {launches} = readManifest(at('bundle/dynpk.json'));
		t.deepEqual(
			launches.flatMap(launch => (launch.kind === 'loader' ? [launch.audit?.method] : [])),
			['interface', 'preload'],
		);
		for (const compiler of compilers) {
			const run = {bundle: at('bundle'), files, argv: [`bin/draw-${compiler}`]};
			const answer = await runOnHost(host, run);
			t.is(answer.stdout, '126\n', answer.stderr);
			t.like(await runOnHost(host, {...run, env: {DYNPK_AUDIT: 'off'}}), {stdout: '99\n'});
			const own = await runOnHost(host, {...run, env: {DYNPK_PRELOAD: preloaded}});
			t.regex(own.stderr, new RegExp(preloaded, 'u'));
			t.is(own.status, compiler === 'gcc' ? 0 : 125, own.stderr);
			const env = {DYNPK_PRELOAD: preloaded, DYNPK_AUDIT_ALLOW: '/opt/site/**'};
			const allowed = await runOnHost(host, {...run, env});
			t.is(allowed.stdout, '126\n', allowed.stderr);
			t.notRegex(allowed.stderr, new RegExp(preloaded, 'u'));
		}
	},
);

test.serial('what is the host’s by its name is so where a link leads elsewhere', async t => {
	const packed = need(t, 'unshare', 'mount')
		? await packOnce(t, ['/usr/bin/cat', '--scope', 'closure'])
		: undefined;
	if (packed === undefined) return;
	const script =
		'mount -t tmpfs none /usr/share/fonts && ln -s /usr/share/common-licenses /usr/share/fonts/elsewhere && exec "$@" > /dev/null';
	const told = async (path: string): Promise<string> => {
		const words = ['-rm', 'sh', '-c', script, 'sh', join(packed, 'bin/cat'), path];
		const {stderr} = await execute('unshare', words, {
			env: {DYNPK_AUDIT: 'warn', PATH: process.env.PATH},
		});
		return stderr;
	};

	const read = 'BSD';
	t.is(await told(`/usr/share/fonts/elsewhere/${read}`), '');
	const climbing = await told(`/usr/share/fonts/../common-licenses/${read}`);
	t.regex(climbing, /^dynpk: reads \/usr\/share\/common-licenses\/BSD, outside the bundle/u);
});
