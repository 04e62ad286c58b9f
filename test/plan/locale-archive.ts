/** What an archive holds, against the directories that localedef(1) makes of the same locales. */
import {execFile} from 'node:child_process';
import {cpSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {listArchivedLocales} from '../../lib/plan/locale-archive.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratch} from '../helpers/worlds/scratch.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

const run = promisify(execFile);
const wanted = [
	['de_DE', 'UTF-8', 'de_DE.UTF-8'],
	['ja_JP', 'EUC-JP', 'ja_JP.EUC-JP'],
] as const;

const archive = 'usr/lib/locale/locale-archive';
let made: Promise<Buffer> | undefined;

/** Made once: compiling locales takes seconds. */
async function makeArchive(t: ExecutionContext): Promise<Buffer> {
	return (made ??= compileArchive(makeScratch(t)));
}

async function compileArchive(root: string): Promise<Buffer> {
	mkdirSync(dirname(join(root, archive)), {recursive: true});
	for (const [input, charset, name] of wanted) {
		await run('localedef', [`--prefix=${root}`, '-i', input, '-f', charset, name]);
	}

	return readFileSync(join(root, archive));
}

test('an archive holds the files of each locale, byte for byte', async t => {
	if (!need(t, 'localedef')) return;
	const bytes = await makeArchive(t);
	const files = listArchivedLocales(bytes) ?? [];
	for (const [input, charset, name] of wanted) {
		const directory = join(makeScratch(t), name);
		await run('localedef', ['--no-archive', '-i', input, '-f', charset, directory]);
		const names = readdirSync(directory, {recursive: true, withFileTypes: true})
			.filter(entry => entry.isFile())
			.map(entry => join(entry.parentPath, entry.name).slice(directory.length + 1));
		t.is(names.length, 12);
		for (const file of names) {
			const normal = `${input}.${charset.toLowerCase().replaceAll('-', '')}/${file}`;
			const found = files.find(({path}) => path === normal);
			t.truthy(found, normal);
			const content = bytes.subarray(found?.offset, (found?.offset ?? 0) + (found?.length ?? 0));
			t.true(content.equals(readFileSync(join(directory, file))), normal);
		}
	}
});

test('what is no archive, or lies, yields nothing outside of it', async t => {
	t.is(listArchivedLocales(Buffer.alloc(0)), undefined);
	t.is(
		listArchivedLocales(Buffer.from('no archive at all, but long enough to be one of a kind')),
		undefined,
	);
	if (!need(t, 'localedef')) return;
	const bytes = await makeArchive(t);
	for (let at = 0; at < 400; at++) {
		const damaged = Buffer.from(bytes.subarray(0, bytes.length - at * 997));
		damaged.writeUInt32LE(0xffff_0000 + at, 4 * at);
		for (const {path, offset, length} of listArchivedLocales(damaged) ?? []) {
			t.true(offset + length <= damaged.length && !path.includes('..'), path);
		}
	}
});

/** A root with one program, its libraries and an archive of locales. */
async function makeRoot(t: ExecutionContext): Promise<string> {
	const root = makeScratch(t);
	mkdirSync(dirname(join(root, archive)), {recursive: true});
	writeFileSync(join(root, archive), await makeArchive(t));
	const program = '/usr/bin/locale';
	const {stdout} = await run('ldd', [program]);
	const objects = [...stdout.matchAll(/\/\S+/gu)].map(([path]) => path);
	for (const path of [program, ...objects, '/usr/lib/locale/C.utf8']) {
		mkdirSync(join(root, dirname(path)), {recursive: true});
		cpSync(realpathSync(path), join(root, path), {recursive: true});
	}

	return root;
}

test('locales of an archive travel, and are spoken on a host that has none', async t => {
	const host = await needHost(t, 'empty');
	if (host === undefined || !need(t, 'localedef', 'locale', 'ldd')) return;
	const bundle = join(makeScratch(t), 'bundle');
	const root = await makeRoot(t);
	const packed = await runDynpk(['pack', '/usr/bin/locale', '--sysroot', root, '-o', bundle]);
	t.is(packed.status, 0, packed.stderr);
	const script = `LC_ALL=de_DE.UTF-8 bin/locale decimal_point; LC_ALL=ja_JP.EUC-JP bin/locale charmap
LC_ALL=C.UTF-8 bin/locale charmap`;
	const answer = await runOnHost(host, {bundle, argv: ['/bin/sh', '-c', script]});
	t.deepEqual(answer, {
		status: 0,
		signal: undefined,
		stdout: ',\nEUC-JP\nUTF-8\n',
		stderr: '',
	});
});
