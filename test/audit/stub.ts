/** The stub as a file, its deciding as a program of its own, and what its settings do. */
import {execFile} from 'node:child_process';
import {mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import type {ExecutionContext} from 'ava';
import {readAuditRecords} from '../../lib/audit/read-audit-records.js';
import {readElf} from '../../lib/elf/read-elf.js';
import {hostPath} from '../../lib/paths/paths.js';
import {missingHere, need} from '../helpers/run/need.js';
import {auditScratch, compileProgram, makeAuditWorld} from '../helpers/worlds/audit-world.js';
import type {AuditWorld} from '../helpers/worlds/audit-world.js';
import {builtDirectory} from '../helpers/worlds/built-kit.js';

const execute = promisify(execFile);

test('the stub needs nothing, has no thread-local storage and exports la_* only', async t => {
	if (!need(t, 'gcc', 'make', 'readelf')) return;
	const file = join(builtDirectory(), 'libdynpk-audit.so');
	const stub = readElf(hostPath(file));
	t.deepEqual([stub.needed, stub.tls, stub.flags.staticTls], [[], undefined, false]);

	const {stdout} = await execute('readelf', ['-W', '--dyn-syms', file]);
	const symbols = stdout.match(/(?:GLOBAL|WEAK) .*$/gmu) ?? [];
	t.deepEqual(symbols.map(line => line.split(/\s+/u).at(-1)).sort(), [
		'la_objopen',
		'la_objsearch',
		'la_preinit',
		'la_version',
	]);
	t.false(symbols.some(line => line.includes(' UND ')));
});

async function makeProber(t: ExecutionContext) {
	const world = makeAuditWorld(t);
	const outside = auditScratch(t);
	const prober = await world.add(await compileProgram('prober.c', join(outside, 'prober')));
	const object = join(outside, 'object.so');
	await compileProgram('object.c', object, ['-shared', '-fPIC']);
	return {world, outside, prober, object};
}

test('record writes a line for every object, with who asked and which file it is', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const {world, outside, prober, object} = await makeProber(t);
	const file = join(outside, 'r\u00e9cord');
	const own = await world.add(object, 'lib');
	const argv = [prober, 'dlopen', object];
	const answer = await world.run(argv, {setting: `record:${basename(file)}`, cwd: outside});
	await world.run([prober, 'dlmopen', own], {setting: `record:${file}`});
	t.deepEqual([answer.status, answer.stdout, answer.stderr], [0, 'loaded\n', '']);

	const {records, damaged} = readAuditRecords(readFileSync(file, 'utf8'));
	t.is(damaged, 0);
	const seen = records.map(({path}) => path);
	for (const path of [prober, world.path('lib/libc.so.6'), object]) {
		t.true(seen.includes(path), path);
	}

	const {dev, ino} = statSync(object);
	const opened = records.find(({path}) => path === object);
	t.like(opened, {
		name: object,
		requester: prober,
		place: 'name',
		device: dev,
		inode: ino,
		namespace: 0,
		verdict: 'outside',
	});
	t.like(
		records.find(({path}) => path === world.path('lib/libc.so.6')),
		{name: 'libc.so.6', requester: prober, place: 'ld-library-path', verdict: 'bundle'},
	);
	t.true(records.some(({verdict}) => verdict === 'vdso'));
	t.true(records.some(({path, namespace}) => path === own && namespace > 0));
});

test('nothing is written to a descriptor that the program has made its own', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const {world, outside, object} = await makeProber(t);
	const reuser = await compileProgram('reuser.c', join(outside, 'reuser'));
	const own = join(outside, 'own');
	const answer = await world.run([await world.add(reuser), own, object], {setting: 'warn'});
	t.is(answer.status, 0);
	t.is(readFileSync(own, 'utf8'), 'mine\n');
});

test('a report that nobody reads any more, or that fits nowhere, ends no program', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const {world, outside, prober, object} = await makeProber(t);
	const full = join(outside, 'full');
	for (const [setting, command] of [
		['warn:9', 'exec 9> >(:); wait $!'],
		[`warn:${full}`, 'ulimit -f 0'],
	] as const) {
		const under = ['/bin/bash', '-c', `${command}; exec "$@"`, 'bash'];
		const answer = await world.run([prober, 'dlopen', object], {setting, under});
		t.deepEqual(answer, {status: 0, signal: undefined, stdout: 'loaded\n', stderr: ''});
	}
});

test('a setting that means nothing, or a report that cannot be written, stops the start', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const {world, prober} = await makeProber(t);
	for (const [setting, reason] of [
		['enforced', 'DYNPK_AUDIT is none of off, warn, enforce, record: enforced'],
		['record', 'DYNPK_AUDIT cannot write its report: no descriptor or file is named'],
		['record:77', 'DYNPK_AUDIT cannot write its report: that descriptor is not open'],
		['warn:/dev/null/x', 'DYNPK_AUDIT cannot write its report: it cannot be opened for writing'],
	] as const) {
		const answer = await world.run([prober], {setting});
		t.deepEqual([answer.status, answer.stderr], [125, `dynpk: ${reason}\n`]);
	}
});

test('named in LD_AUDIT, the stub serves programs of its bundle and keeps out others', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const {world, outside, prober, object} = await makeProber(t);
	const stub = world.path('libexec/dynpk/libdynpk-audit.so');
	const run = async (list: string, argv: readonly string[]) =>
		await world.run(argv, {unaudited: true, env: {LD_AUDIT: list}});

	for (const list of [stub, `${stub}:${stub}`]) {
		const answer = await run(list, [prober, 'dlopen', object]);
		t.is(answer.status, 0);
		t.true(answer.stdout.startsWith('failed: /dev/null/dynpk: refused '), answer.stdout);
		// The executed file is the bundle's own loader; the program is what counts.
		const foreign = await run(list, [join(outside, 'prober'), 'dlopen', object]);
		t.is(foreign.status, 125);
		t.regex(foreign.stderr, /^dynpk: cannot keep out \S+\/prober, outside the bundle/mu);
	}
});

test('without rules nothing starts, unless the audit is off', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const {world, prober} = await makeProber(t);
	const rules = world.path('libexec/dynpk/audit.rules');
	const complaint = 'dynpk: the audit stub cannot tell what belongs to the bundle: ';

	writeFileSync(rules, 'dynpk-audit 1\nmode perhaps\n');
	const damaged = await world.run([prober]);
	t.deepEqual([damaged.status, damaged.stderr], [125, `${complaint}unknown mode\n`]);

	rmSync(rules);
	const absent = await world.run([prober]);
	const reason = 'audit.rules cannot be opened\n';
	t.deepEqual([absent.status, absent.stderr], [125, complaint + reason]);
	const off = await world.run([prober], {setting: 'off'});
	t.deepEqual([off.status, off.stdout, off.stderr], [0, 'nothing tried\n', '']);
});

test('off lets everything in and says nothing', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const {world, prober, object} = await makeProber(t);
	world.setRules({mode: 'off'});
	const answer = await world.run([prober, 'dlopen', object]);
	t.deepEqual([answer.status, answer.stdout, answer.stderr], [0, 'loaded\n', '']);
});

test('the loader is given a tunable and the program does not see it', async t => {
	if (!need(t, 'gcc', 'make', 'env')) return;
	const {world} = await makeProber(t);
	const program = await world.add('/usr/bin/env');
	const own = 'glibc.rtld.optional_static_tls=4096';
	world.setRules({staticTls: 4096});
	const environmentOf = async (GLIBC_TUNABLES: string) => {
		const answer = await world.run([program], {env: {GLIBC_TUNABLES}});
		return /^GLIBC_TUNABLES=.*$/mu.exec(answer.stdout)?.[0];
	};

	t.is(await environmentOf(own), undefined);
	const users = 'glibc.malloc.perturb=1';
	t.is(await environmentOf(`${users}:${own}`), `GLIBC_TUNABLES=${users}`);
	t.is(await environmentOf(users), `GLIBC_TUNABLES=${users}`);
	t.is(await environmentOf(`${own}0`), `GLIBC_TUNABLES=${own}0`);
});

for (const name of ['a b\'c"\nd', 'a\\012b', 'a\nb\\012c', '--audit', '\u00fc\x1b[1m']) {
	test(`a bundle below ${JSON.stringify(name)} is audited`, async t => {
		if (!need(t, 'gcc', 'make')) return;
		const {world, outside, object} = await makeProber(t);
		const odd = join(outside, name);
		mkdirSync(odd);
		renameSync(world.top, join(odd, 'bundle'));
		await isAudited(t, join(odd, 'bundle'), world, object);
	});
}

test('without /proc a bundle is found above its program', async t => {
	if (!need(t, 'gcc', 'make', 'unshare')) return;
	const {world, object} = await makeProber(t);
	const hidden = ['unshare', '-Urm', 'sh', '-c', 'mount -t tmpfs none /proc && exec "$@"', 'sh'];
	try {
		await execute(hidden[0]!, [...hidden.slice(1), 'true']);
	} catch {
		return missingHere(t, 'needs user namespaces');
	}

	await isAudited(t, world.top, world, object, hidden);
});

async function isAudited(
	t: ExecutionContext,
	top: string,
	world: AuditWorld,
	object: string,
	under: readonly string[] = [],
) {
	const prober = join(top, 'bin/prober');
	const started = await world.run([prober], {top, under});
	t.deepEqual([started.status, started.stdout, started.stderr], [0, 'nothing tried\n', '']);
	const refused = await world.run([prober, 'dlopen', object], {top, under});
	t.is(refused.status, 0);
	t.true(refused.stdout.startsWith('failed: /dev/null/dynpk: refused'), refused.stdout);
}
