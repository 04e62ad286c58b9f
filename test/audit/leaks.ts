/**
 * Every way into the process that a search path does not close, under `enforce` and under `warn`.
 */
import {copyFileSync, mkdirSync, readFileSync, symlinkSync} from 'node:fs';
import {basename, join} from 'node:path';
import test from 'ava';
import type {ExecutionContext} from 'ava';
import {need} from '../helpers/run/need.js';
import {auditScratch, compileProgram, makeAuditWorld} from '../helpers/worlds/audit-world.js';
import type {AuditWorld} from '../helpers/worlds/audit-world.js';

interface Leak {
	readonly world: AuditWorld;
	readonly prober: string;
	/** A library outside the bundle. */
	readonly foreign: string;
	/** A directory of the test outside the bundle. */
	readonly outside: string;
}

async function makeLeak(t: ExecutionContext): Promise<Leak> {
	const world = makeAuditWorld(t);
	const outside = auditScratch(t);
	const prober = await compileProgram('prober.c', join(outside, 'prober'));
	const foreign = await compileProgram('object.c', join(outside, 'object.so'), [
		...['-shared', '-fPIC', '-Wl,-soname,object.so'],
	]);
	return {world, prober: await world.add(prober), foreign, outside};
}

const refused = (asked: string, requester: string) =>
	`failed: /dev/null/dynpk: refused ${asked}, outside the bundle: asked for ${requester}: ` +
	'cannot open shared object file: Not a directory\n';

/** Both modes on one way in: what the program saw under enforce, and the line of warn. */
async function tryBoth(leak: Leak, argv: readonly string[]) {
	const enforced = await leak.world.run([leak.prober, ...argv]);
	const warned = await leak.world.run([leak.prober, ...argv], {setting: 'warn'});
	return {enforced, warned};
}

test('dlopen of an absolute path outside fails with the reason, and is told under warn', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const leak = await makeLeak(t);
	const {enforced, warned} = await tryBoth(leak, ['dlopen', leak.foreign]);

	t.deepEqual(enforced, {
		status: 0,
		signal: undefined,
		stdout: refused(leak.foreign, `by ${leak.prober}`),
		stderr: '',
	});
	t.is(warned.stdout, 'loaded\n');
	t.is(
		warned.stderr,
		`dynpk: uses ${leak.foreign}, outside the bundle: asked for by ${leak.prober}\n`,
	);
});

test('dlopen of a soname that only the host has is an ordinary failure', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const leak = await makeLeak(t);
	const name = 'libz.so.1';
	const report = join(leak.outside, 'report');
	const enforced = await leak.world.run([leak.prober, 'dlopen', name], {
		setting: `enforce:${report}`,
	});
	const warned = await leak.world.run([leak.prober, 'dlopen', name], {setting: 'warn'});

	t.is(
		enforced.stdout,
		`failed: ${name}: cannot open shared object file: No such file or directory\n`,
	);
	t.is(enforced.stderr, '');
	t.regex(
		readFileSync(report, 'utf8'),
		/^dynpk: refused \/\S*libz\.so\.1\S*, outside the bundle: asked for as libz\.so\.1 by \/\S+\/bin\/prober, found by default\n/u,
	);
	t.is(warned.stdout, 'loaded\n');
	t.regex(
		warned.stderr,
		/^dynpk: uses \/\S*libz\S*, .* by \/\S+\/bin\/prober, found by default\n$/u,
	);
});

test('dlmopen of a path outside fails although ld.so does not ask first', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const leak = await makeLeak(t);
	const {enforced, warned} = await tryBoth(leak, ['dlmopen', leak.foreign]);

	t.is(enforced.stdout, refused(leak.foreign, `by ${leak.prober}, found by dlmopen`));
	t.is(enforced.status, 0);
	t.is(warned.stdout, 'loaded\n');
	t.is(
		warned.stderr,
		`dynpk: uses ${leak.foreign}, outside the bundle: asked for by ${leak.prober}, found by dlmopen\n`,
	);
});

test('dlmopen of an object that needs nothing ends the process, with the reason', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const leak = await makeLeak(t);
	const alone = join(leak.outside, 'alone.so');
	await compileProgram('alone.c', alone, ['-shared', '-fPIC', '-nostdlib']);
	const answer = await leak.world.run([leak.prober, 'dlmopen', alone]);

	t.is(answer.status, 125);
	t.is(
		answer.stderr,
		`dynpk: cannot keep out ${alone}, outside the bundle: asked for by ${leak.prober}, found by dlmopen\n`,
	);
});

test('dlmopen of an object of the bundle finds the loader, though no library directory has it', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const leak = await makeLeak(t);
	const own = await leak.world.add(leak.foreign, 'lib');
	const answer = await leak.world.run([leak.prober, 'dlmopen', own]);
	t.is(answer.stdout, 'loaded\n');
});

test('a library that opens a plugin of the host is named as the requester', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const leak = await makeLeak(t);
	const opener = join(leak.outside, 'opener.so');
	const plugin = `-DPLUGIN="${leak.foreign}"`;
	await compileProgram('opener.c', opener, ['-shared', '-fPIC', plugin]);
	const own = await leak.world.add(opener, 'lib/plugins');
	const {enforced, warned} = await tryBoth(leak, ['dlopen', own]);

	t.is(
		enforced.stdout,
		`${refused(leak.foreign, `by ${own}`).replace('failed:', 'plugin:')}loaded\n`,
	);
	t.is(warned.stdout, 'plugin: loaded\nloaded\n');
	t.regex(warned.stderr, new RegExp(`asked for by ${own}\n$`, 'u'));
});

test('an absolute DT_RPATH that leads out stops the start with status 125', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const leak = await makeLeak(t);
	const links = ['-Wl,--disable-new-dtags', `-Wl,-rpath,${leak.outside}`];
	const needing = join(leak.outside, 'needing');
	await compileProgram('prober.c', needing, [...links, '-Wl,--no-as-needed', leak.foreign]);
	mkdirSync(leak.world.path('bin'), {recursive: true});
	copyFileSync(needing, leak.world.path('bin/needing'));
	const program = leak.world.path('bin/needing');
	const enforced = await leak.world.run([program]);
	const warned = await leak.world.run([program], {setting: 'warn'});
	const line = `${leak.foreign}, outside the bundle: asked for as object.so by ${program}, found by rpath\n`;

	t.deepEqual(enforced, {
		status: 125,
		signal: undefined,
		stdout: '',
		stderr: `dynpk: refused ${line}`,
	});
	t.is(warned.stdout, 'nothing tried\n');
	t.is(warned.stderr, `dynpk: uses ${line}`);
});

test('a DT_RPATH that leads out costs nothing where the bundle has the name', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const leak = await makeLeak(t);
	const links = ['-Wl,--disable-new-dtags', `-Wl,-rpath,${leak.outside}`];
	const needing = join(leak.outside, 'needing');
	await compileProgram('prober.c', needing, [...links, '-Wl,--no-as-needed', leak.foreign]);
	await leak.world.add(leak.foreign, 'lib');
	const program = await leak.world.add(needing);
	// `add` asked this machine's loader, which followed the tag: what it found lies in lib/.
	const answer = await leak.world.run([program]);
	t.deepEqual([answer.status, answer.stdout, answer.stderr], [0, 'nothing tried\n', '']);
});

test('a preloaded host library is refused and the program starts without it', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const leak = await makeLeak(t);
	const answer = await leak.world.run([leak.prober], {env: {LD_PRELOAD: leak.foreign}});
	t.is(answer.stdout, 'nothing tried\n');
	t.regex(answer.stderr, /^ERROR: ld\.so: object .* from LD_PRELOAD cannot be preloaded/u);
	t.true(answer.stderr.includes(leak.foreign));
});

test('an auditor of the host beside the stub stops the start', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const leak = await makeLeak(t);
	const enforced = await leak.world.run([leak.prober], {env: {LD_AUDIT: leak.foreign}});
	t.is(enforced.status, 125);
	t.regex(enforced.stderr, /^dynpk: cannot keep out \S+object\.so, .*: asked for by LD_AUDIT$/mu);
});

test('a name service module and a converter of the host stay out', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const leak = await makeLeak(t);
	const names = await tryBoth(leak, ['user', 'libnss_compat']);
	t.is(names.enforced.stdout, 'module not mapped\n');
	t.is(names.warned.stdout, 'loaded\n');
	t.regex(
		names.warned.stderr,
		/^dynpk: uses \/\S+\/libnss_compat\S*, .*: asked for as libnss_compat\.so\.2 by \/\S+\/lib\/libc\.so\.6, found by default$/mu,
	);

	// glibc's converters are objects of a directory that is compiled into it.
	const {enforced, warned} = await tryBoth(leak, ['iconv', 'CP1251']);
	t.is(enforced.stdout, 'no converter\n');
	t.is(warned.stdout, 'loaded\n');
	t.regex(warned.stderr, /^dynpk: uses \/\S+\/CP1251\.so, .* by \/\S+\/lib\/libc\.so\.6$/mu);
});

test('a program of the host under the stub of a bundle does not start', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const leak = await makeLeak(t);
	const outside = join(leak.outside, 'prober');
	const answer = await leak.world.run([outside]);
	t.is(answer.status, 125);
	t.is(answer.stderr, `dynpk: cannot keep out ${outside}, outside the bundle\n`);
});

test('the whole component counts: a sibling whose name begins like the bundle is outside', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const leak = await makeLeak(t);
	const sibling = `${leak.world.top}-2`;
	mkdirSync(sibling);
	copyFileSync(leak.foreign, join(sibling, 'object.so'));
	const answer = await leak.world.run([leak.prober, 'dlopen', join(sibling, 'object.so')]);
	t.is(answer.stdout, refused(join(sibling, 'object.so'), `by ${leak.prober}`));
});

test('a link in the bundle is judged by where it leads, and so is a path that climbs', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const leak = await makeLeak(t);
	const link = leak.world.path('lib/link.so');
	symlinkSync(leak.foreign, link);
	const climbing = `${leak.world.path('lib')}/../..${'/..'.repeat(10)}${leak.foreign}`;

	for (const asked of [link, climbing]) {
		const answer = await leak.world.run([leak.prober, 'dlopen', asked]);
		t.is(answer.stdout, refused(leak.foreign, `as ${asked} by ${leak.prober}`));
	}
});

test('a relative name and $ORIGIN are judged by the file they lead to', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const leak = await makeLeak(t);
	const own = await leak.world.add(leak.foreign, 'lib');
	const options = {cwd: leak.outside};
	const inside = await leak.world.run([leak.prober, 'dlopen', '$ORIGIN/../lib/object.so'], options);
	const relative = await leak.world.run([leak.prober, 'dlopen', './object.so'], options);
	const escaping = `\${ORIGIN}/../..${'/..'.repeat(10)}${leak.foreign}`;
	const origin = await leak.world.run([leak.prober, 'dlopen', escaping], options);
	const here = await leak.world.run([leak.prober, 'dlopen', './object.so'], {
		cwd: join(own, '..'),
	});

	t.is(inside.stdout, 'loaded\n');
	t.is(here.stdout, 'loaded\n');
	t.is(relative.stdout, refused(leak.foreign, `as ./object.so by ${leak.prober}`));
	t.true(origin.stdout.startsWith(`failed: /dev/null/dynpk: refused ${leak.foreign},`));
});

test('a descriptor is judged by its file; a deleted file and memory are outside', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const leak = await makeLeak(t);
	const own = await leak.world.add(leak.foreign, 'lib');
	const tryWay = async (...argv: readonly string[]) => {
		const answer = await leak.world.run([leak.prober, ...argv]);
		return answer.stdout;
	};

	t.is(await tryWay('descriptor', own), 'loaded\n');
	t.is(
		await tryWay('descriptor', leak.foreign),
		refused(leak.foreign, `as /proc/self/fd/3 by ${leak.prober}`),
	);
	t.regex(await tryWay('memory', own), /refused \/memfd:anonymous \(deleted\), outside/u);
	t.regex(await tryWay('deleted', own), /refused \S+\/lib\/object\.so \(deleted\), outside/u);
});

test('dlopen of the program itself is no search', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const leak = await makeLeak(t);
	const answer = await leak.world.run([leak.prober, 'itself']);
	t.is(answer.stdout, 'loaded\nloaded\n');
});

test('errno is what it would be without the stub', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const leak = await makeLeak(t);
	const own = await leak.world.add(leak.foreign, 'lib');
	for (const options of [{unaudited: true}, {}, {setting: 'warn'}]) {
		const answer = await leak.world.run([leak.prober, 'errno', own], options);
		t.is(answer.stdout, 'loaded, errno 4711\n');
	}

	const refusedAnswer = await leak.world.run([leak.prober, 'errno', leak.foreign]);
	t.is(refusedAnswer.stdout, 'failed, errno 4711\n');
});

test('a bundle reached through a link, and one moved while it runs, is still itself', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const leak = await makeLeak(t);
	await leak.world.add(leak.foreign, 'lib');
	const link = join(leak.outside, 'link');
	symlinkSync(leak.world.top, link);
	const linked = join(link, 'bin/prober');
	const answer = await leak.world.run([linked, 'dlopen', join(link, 'lib/object.so')], {top: link});
	t.deepEqual([answer.status, answer.stdout, answer.stderr], [0, 'loaded\n', '']);

	const moved = join(leak.outside, 'moved');
	const after = await leak.world.run([leak.prober, 'move', `${leak.world.top}:${moved}`]);
	t.deepEqual([after.status, after.stdout, after.stderr], [0, 'loaded\n', '']);
});

test('rules of the manifest and of the user let host objects in', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const leak = await makeLeak(t);
	const tryWith = async (rules: Parameters<AuditWorld['setRules']>[0]) => {
		leak.world.setRules(rules);
		const answer = await leak.world.run([leak.prober, 'dlopen', leak.foreign]);
		return answer.stdout === 'loaded\n';
	};

	t.true(await tryWith({hostProvided: ['object.so*']}));
	t.true(await tryWith({allowed: [`${leak.outside}/**`]}));
	t.true(await tryWith({allowed: [`${leak.outside}/*.so`]}));
	t.false(await tryWith({allowed: [`${leak.outside}/*.dll`, 'object']}));
	t.false(await tryWith({allowed: ['/*.so']}));
});

test('a pattern covers no object by dots and slashes that lead elsewhere', async t => {
	if (!need(t, 'gcc', 'make')) return;
	const leak = await makeLeak(t);
	const {outside, foreign} = leak;
	const object = basename(foreign);
	mkdirSync(join(outside, 'site/plugins'), {recursive: true});
	mkdirSync(join(outside, 'real/site'), {recursive: true});
	copyFileSync(foreign, join(outside, 'real', object));
	symlinkSync(join(outside, 'real'), join(outside, 'linked'));
	const tryWith = async (pattern: string, name: string) => {
		leak.world.setRules({allowed: [`${outside}/${pattern}`]});
		const answer = await leak.world.run([leak.prober, 'dlopen', `${outside}/${name}`]);
		return answer.stdout === 'loaded\n';
	};

	t.false(await tryWith('site/**', `site/plugins/../../${object}`));
	t.false(await tryWith('*/*', `./${object}`));
	t.false(await tryWith('site/**', `site/../linked/site/../${object}`));
	t.false(await tryWith('linked/**', `linked/../${object}`));
	// By its link's name, which a plain name of it leads through.
	t.true(await tryWith('linked/**', `linked/./site/..//${object}`));
	t.true(await tryWith('linked/*', `linked/${object}`));
});
