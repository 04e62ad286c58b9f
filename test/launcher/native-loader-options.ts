/** What the native launcher tells the loader: run paths, the shim, the audit module, another way to start. */
import {copyFile, mkdir, symlink} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import type {ExecutionContext} from 'ava';
import type {LoaderLaunch} from '../../lib/launcher/launch-spec.js';
import {bundlePath} from '../../lib/paths/paths.js';
import {told} from '../helpers/run/report-program.js';
import {
	call,
	compile,
	miniBundle,
	scratch,
	type MiniBundle,
} from '../helpers/worlds/mini-bundle.js';
import {loader, prebuilt, reportBundle, ways} from './lib/report-bundle.js';

interface RpathWorld {
	readonly bundle: MiniBundle;
	readonly answer: () => Promise<number>;
}

/** A program, its library and the library's own: `inner` is 1 in the bundle and 2 where a DT_RPATH leads. */
async function rpathWorld(
	t: ExecutionContext,
	where: 'library' | 'program',
	spec: Partial<LoaderLaunch>,
): Promise<RpathWorld | undefined> {
	const launcher = prebuilt(t);
	if (launcher === undefined) return undefined;
	const inner = (value: number) => `int inner(void) { return ${value}; }\n`;
	const shared = ['-shared', '-fPIC'];
	const outside = join(await scratch(t), 'libinner.so');
	await copyFile(await compile(t, inner(2), [...shared, '-Wl,-soname,libinner.so']), outside);
	const inside = join(await scratch(t), 'libinner.so');
	await copyFile(await compile(t, inner(1), [...shared, '-Wl,-soname,libinner.so']), inside);
	const rpath = [`-Wl,--disable-new-dtags,-rpath,${join(outside, '..')}`];
	const outer = join(await scratch(t), 'libouter.so');
	const outerSource = 'int inner(void); int outer(void) { return inner(); }\n';
	const outerOptions = [...shared, '-Wl,-soname,libouter.so', inside];
	await copyFile(
		await compile(t, outerSource, [...outerOptions, ...(where === 'library' ? rpath : [])]),
		outer,
	);
	const from = await compile(t, 'int outer(void); int main(void) { return outer(); }\n', [
		...[outer, `-Wl,-rpath-link,${join(inside, '..')}`],
		...(where === 'program' ? rpath : []),
	]);
	const libraries = [inside, outer, '/lib/x86_64-linux-gnu/libc.so.6'];
	const bundle = await miniBundle(t, {
		...{name: 'program', from, libraries, loader, prebuilt: launcher, spec},
	});
	return {bundle, answer: async () => (await call(bundle.start)).status};
}

test('a DT_RPATH that leads out is followed, unless it is inhibited', async t => {
	for (const [where, spec] of [
		['library', {inhibitRpath: [bundlePath('lib/libouter.so')]}],
		['program', {inhibitOwnRpath: true}],
		['program', {inhibitOwnRpath: true, inhibitRpath: [bundlePath('lib/libc.so.6')]}],
	] as const) {
		const open = await rpathWorld(t, where, {});
		const closed = await rpathWorld(t, where, spec);
		if (open === undefined || closed === undefined) return;
		t.is(await open.answer(), 2, where);
		t.is(await closed.answer(), 1, where);
	}
});

test('a shim and an audit module are loaded and leave no variable behind', async t => {
	const object = 'int preloaded;\n';
	const auditor = `
#define _GNU_SOURCE
#include <link.h>
#include <unistd.h>
unsigned int la_version(unsigned int version) { write(2, "audited\\n", 8); return version; }
`;
	for (const [way, spec] of Object.entries(ways)) {
		const bundle = await reportBundle(t, {
			spec: {
				...spec,
				view: {
					engine: 'shim',
					reason: 'a test',
					table: bundlePath('libexec/dynpk/paths.tbl'),
					shim: bundlePath('libexec/dynpk/first.so'),
				},
				audit: {method: 'interface', stub: bundlePath('libexec/dynpk/audit.so'), byDefault: true},
			},
		});
		if (bundle === undefined) return;
		const shared = ['-shared', '-fPIC'];
		const inner = join(bundle.top, 'libexec/dynpk');
		await copyFile(await compile(t, object, [...shared, '-nostdlib']), join(inner, 'first.so'));
		await copyFile(await compile(t, auditor, shared), join(inner, 'audit.so'));
		// The auditor's namespace has a libc of its own, which asks for the loader by its name.
		await symlink('../libexec/dynpk/ld.so', join(bundle.top, 'lib/ld-linux-x86-64.so.2'));
		const {stdout, stderr} = await call(bundle.start, [], {env: {LD_PRELOAD: '/x.so'}});
		t.is(stderr, 'audited\n', way);
		t.regex(stdout, /^object \S*libexec\/dynpk\/first\.so$/mu);
		// The last tells the real shim that the start is audited; it takes that away.
		t.deepEqual(told(stdout, 'env'), ['LD_PRELOAD=/x.so', '\u0001audit']);
	}
});

test('an object of the bundle is preloaded by its place there, by the path it came from and by its name', async t => {
	const all = {...ways, 'by exec': {strategy: 'exec'}} as const;
	const object = await compile(t, 'int preloaded;', ['-shared', '-fPIC', '-nostdlib']);
	for (const [way, spec] of Object.entries(all)) {
		const bundle = await reportBundle(t, {spec});
		if (bundle === undefined) return;
		const own = 'opt/pre/lib64/pre.so';
		await mkdir(join(bundle.top, 'root/opt/pre/lib64'), {recursive: true});
		await copyFile(object, join(bundle.top, 'root', own));
		await copyFile(object, join(bundle.top, 'lib/named.so'));
		const objectsOf = async (env: Readonly<Record<string, string>>) => {
			const {stdout, stderr} = await call(bundle.start, [], {env});
			t.is(stderr, '', way);
			return told(stdout, 'object').filter(name => /(?:pre|named)\.so$/u.test(name));
		};

		const place = join(bundle.top, 'root', own);
		t.deepEqual(await objectsOf({LD_PRELOAD: place}), [place], way);
		t.deepEqual(await objectsOf({LD_PRELOAD: `/no.so:/${own}  none.so`}), [place], way);
		t.deepEqual(
			await objectsOf({LD_PRELOAD: 'pre.so', LD_LIBRARY_PATH: '/a:/opt/pre/lib64'}),
			[place],
			way,
		);
		t.deepEqual(
			await objectsOf({LD_PRELOAD: 'named.so', DYNPK_PRELOAD: place}),
			[join(bundle.top, 'lib/named.so'), place],
			way,
		);
		t.deepEqual(await objectsOf({LD_PRELOAD: `/../${own}:/opt/pre/$LIB/pre.so`}), [], way);
	}
});

test('`$LIB` in LD_PRELOAD is a directory that the program searches', async t => {
	const object = await compile(t, 'int preloaded;', ['-shared', '-fPIC', '-nostdlib']);
	const libraryPath = [bundlePath('root/usr/lib/arch'), bundlePath('lib')];
	const bundle = await reportBundle(t, {spec: {libraryPath}});
	if (bundle === undefined) return;
	const place = join(bundle.top, 'root/opt/pre/lib/arch');
	await mkdir(place, {recursive: true});
	await copyFile(object, join(place, 'pre.so'));
	for (const token of ['$LIB', '${LIB}']) {
		const env = {LD_PRELOAD: `/opt/pre/${token}/pre.so`};
		const {stdout} = await call(bundle.start, [], {env});
		t.true(told(stdout, 'object').includes(join(place, 'pre.so')), stdout);
	}
});

test('strategy exec runs the loader, with what acts on it dropped and argv[0] kept', async t => {
	const bundle = await reportBundle(t, {spec: {strategy: 'exec'}});
	if (bundle === undefined) return;
	const env = {A: '1', LD_LIBRARY_PATH: '/x', LD_PRELOAD: '/nope.so'};
	const {stdout, stderr, status} = await call(bundle.start, ['x'], {argv0: 'b', env});
	t.is(stderr, '');
	t.is(status, 7);
	t.deepEqual(told(stdout, 'argv'), ['b', 'x']);
	t.deepEqual(told(stdout, 'env'), ['A=1', 'LD_LIBRARY_PATH=/x']);
});
