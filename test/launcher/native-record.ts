import {execFile, type ExecFileException} from 'node:child_process';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {compilePathTable} from '../../lib/engine/compile-path-table.js';
import type {ProjectedPath} from '../../lib/engine/projected-path.js';
import type {LaunchSpec} from '../../lib/launcher/launch-spec.js';
import {makeNativeLauncher, placeRecord} from '../../lib/launcher/native-launcher.js';
import {encodeLaunchRecord} from '../../lib/launcher/native-record.js';
import {bundlePath, sysrootPath} from '../../lib/paths/paths.js';
import {need} from '../helpers/run/need.js';
import {builtKit} from '../helpers/worlds/built-kit.js';
import {compileSanitized, wrappers} from '../helpers/worlds/hosted-c.js';
import {compile, newLoaderOptions, scratch} from '../helpers/worlds/mini-bundle.js';

const run = promisify(execFile);

const spec: LaunchSpec = {
	kind: 'loader',
	strategy: 'map',
	reason: 'a test',
	launcher: bundlePath('root/usr/bin/program'),
	program: bundlePath('root/usr/bin/.program.dynpk'),
	loader: bundlePath('libexec/dynpk/ld.so'),
	libc: 'glibc',
	loaderOptions: newLoaderOptions,
	libraryPath: [bundlePath('lib/private'), bundlePath('lib')],
	inhibitRpath: [bundlePath('lib/liba.so'), bundlePath('lib/libb.so')],
	inhibitOwnRpath: true,
	leaders: ['libasan.so.8'],
	mpi: {
		family: 'MPICH',
		speaks: ['PMI'],
		offers: ['PMI_FD', 'PMI_PORT'],
		starters: [{tasks: 'SLURM_STEP_NUM_TASKS', rank: 'SLURM_PROCID', warning: ' tasks'}],
	},
	view: {
		engine: 'shim',
		reason: 'r',
		table: bundlePath('libexec/dynpk/paths.tbl'),
		shim: bundlePath('libexec/x.so'),
	},
	audit: {method: 'interface', stub: bundlePath('libexec/dynpk/stub.so'), byDefault: true},
	session: [{variable: 'PATHS', action: 'sift', marks: ['a', '../b']}],
	environment: [
		{
			variable: 'DATA',
			action: 'append',
			when: 'always',
			parts: [
				{kind: 'bundle', text: 'share'},
				{kind: 'literal', text: '/usr/share'},
			],
		},
	],
	requires: {kernel: [3, 2, 0], isa: 2, machine: 62, class: 64},
};

async function fuzz(kind: string, file: string): Promise<string> {
	const program = await compileSanitized([
		...['fuzz', 'try-record', 'try-image', 'try-object', 'try-table', 'try-mounts'].map(
			name => `wrappers/launcher/fuzz/${name}.c`,
		),
		...['record.c', 'image.c', 'object.c'].map(name => `wrappers/launcher/${name}`),
		'wrappers/namespace/mountinfo.c',
		...[
			'table.c',
			'own-tree.c',
			'check-nodes.c',
			'host-environment.c',
			'loader-lists.c',
			'session-names.c',
		].map(name => `wrappers/table/${name}`),
	]);
	const {stdout} = await run(program, [kind, file, '1', '200000']);
	return stdout;
}

test('no damaged record is followed out of its bounds', async t => {
	if (!need(t, 'gcc')) return;
	const file = join(await scratch(t), 'record');
	await writeFile(file, encodeLaunchRecord(spec));
	t.regex(await fuzz('record', file), /^accepted [1-9]/u);
});

for (const loader of ['/lib64/ld-linux-x86-64.so.2', process.execPath]) {
	test(`no damaged header leads out of bounds: ${loader.split('/').at(-1)!}`, async t => {
		if (!need(t, 'gcc')) return;
		t.regex(await fuzz('image', loader), /^accepted [1-9]/u);
	});
}

test('no damaged object is followed out of its bounds', async t => {
	if (!need(t, 'gcc')) return;
	const source = '#include <stdio.h>\nint f(void) { return puts("x"); }\n';
	const versions = join(await scratch(t), 'map');
	await writeFile(versions, 'V1 { global: f; local: *; };\n');
	const object = await compile(t, source, [
		...['-shared', '-fPIC', `-Wl,--version-script,${versions}`, '-Wl,-rpath,/a:$ORIGIN'],
		...['-Wl,-z,noseparate-code', '-s'],
	]);
	t.regex(await fuzz('object', object), /^accepted [1-9]/u);
});

test('no damaged path table is followed out of its bounds', async t => {
	if (!need(t, 'gcc')) return;
	const file = join(await scratch(t), 'table');
	const isLibrary = false;
	const paths: readonly ProjectedPath[] = [
		...['/', '/usr', '/usr/bin', '/usr/share'].map(path => directory(path, 'merged')),
		directory('/usr/share/tool', 'whole'),
		{kind: 'file', path: sysrootPath('/usr/share/tool/data'), isLibrary},
		{
			kind: 'file',
			path: sysrootPath('/usr/bin/tool'),
			behind: bundlePath('root/usr/bin/.tool.dynpk'),
			isLibrary,
		},
		{kind: 'link', path: sysrootPath('/usr/bin/t'), target: 'tool', isLibrary},
		{kind: 'link', path: sysrootPath('/bin'), target: 'usr/bin', isLibrary},
	];
	await writeFile(file, compilePathTable(paths, spec.environment));
	t.regex(await fuzz('table', file), /^accepted [1-9]/u);
});

test('no damaged list of mounts is followed out of its bounds', async t => {
	if (!need(t, 'gcc')) return;
	const file = join(await scratch(t), 'mounts');
	await writeFile(
		file,
		'36 35 98:0 / /a\\040b rw - ext3 /dev/root rw\n37 36 0:5 / /proc rw shared:1 - proc proc rw\n',
	);
	t.regex(await fuzz('mounts', file), /^accepted [1-9]/u);
});

function directory(path: string, extent: 'merged' | 'whole'): ProjectedPath {
	return {kind: 'directory', path: sysrootPath(path), extent};
}

test('a record of a musl with what only glibc has is refused', async t => {
	if (!need(t, 'gcc')) return;
	const {launcher} = builtKit();
	const directory = await scratch(t);
	const answers: string[] = [];
	for (const libc of ['glibc', 'musl'] as const) {
		const file = join(directory, libc);
		await writeFile(file, placeRecord(encodeLaunchRecord({...spec, libc}), launcher), {
			mode: 0o755,
		});
		const {stderr} = await t.throwsAsync<ExecFileException & {stderr: string}>(run(file));
		answers.push(stderr);
	}

	t.notRegex(answers[0]!, /launch record/u);
	t.regex(answers[1]!, /launch record/u);
});

test('the same launch gives the same record, and its last byte is NUL', t => {
	const record = encodeLaunchRecord(spec);
	t.true(record.equals(encodeLaunchRecord(spec)));
	t.is(record.at(-1), 0);
	t.is(record.readUInt32LE(8), record.length);
});

test('a name with a NUL byte and a list without end do not become a record', t => {
	const settings = (list: readonly string[]): LaunchSpec => ({
		kind: 'script',
		launcher: spec.launcher,
		program: spec.program,
		interpreter: bundlePath('root/usr/bin/sh'),
		arguments: [],
		settings: list,
		environment: [],
		requires: spec.requires,
	});
	t.throws(() => encodeLaunchRecord(settings(['A=\0'])), {code: 'USAGE'});
	const tooMany = Array.from({length: 4097}, () => 'A=b');
	t.throws(() => encodeLaunchRecord(settings(tooMany)), {code: 'USAGE'});
});

test('what is no launcher, or one for another machine, is refused', t => {
	t.throws(() => makeNativeLauncher(spec, Buffer.from('no launcher')), {
		code: 'UNSUPPORTED_MACHINE',
	});
	const foreign = Buffer.alloc(4096);
	foreign.writeUInt32BE(0x7f454c46, 0);
	foreign.writeUInt16LE(183, 18);
	foreign.write('DYNPKLR3', 1024);
	t.throws(() => makeNativeLauncher(spec, foreign), {code: 'UNSUPPORTED_MACHINE'});
});

test('docs/launch-record.md has every field of struct record at its place', async t => {
	const header = await readFile(join(wrappers, 'launcher/record.h'), 'utf8');
	const body = /^struct record \{\n(.*?)^\};/msu.exec(header)?.[1] ?? '';
	const fields: string[] = [];
	let offset = 0;
	for (const [, type, name = '', count = '1'] of body.matchAll(
		/^\t(struct record_list|\w+) (\w+)(?:\[(\d)\])?;/gmu,
	)) {
		const words = type === 'char' ? 2 : type === 'struct record_list' ? 2 : Number(count);
		const places = Array.from(
			{length: type === 'char' ? 1 : words},
			(_, word) => offset + 4 * word,
		);
		fields.push(`${places.join(', ')} ${name.replaceAll('_', ' ')}`);
		offset += 4 * words;
	}

	const page = await readFile(join(wrappers, '../docs/launch-record.md'), 'utf8');
	const rows = [...page.matchAll(/^\| (\d+(?:, \d+)*) \| ([a-z0-9 ]+) \| /gmu)];
	t.deepEqual(
		rows.map(([, places, name]) => `${places} ${name}`),
		fields,
	);
	t.is(offset, 168);
});
