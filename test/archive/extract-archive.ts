import {createHash} from 'node:crypto';
import {
	existsSync,
	lstatSync,
	readFileSync,
	readdirSync,
	readlinkSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import test from 'ava';
import type {ArchiveEntry} from '../../lib/archive/archive-entry.js';
import {extractArchive, type ExtractedTree} from '../../lib/archive/extract-archive.js';
import {writeArchive} from '../../lib/archive/write-archive.js';
import {findEncoder} from '../../lib/launcher/archive-tools.js';
import {runCommand} from '../helpers/run/command.js';
import {makeScratchPlace} from '../helpers/worlds/scratch-place.js';

const sample: readonly ArchiveEntry[] = [
	{kind: 'directory', path: 'tree', mode: 0o755},
	{kind: 'directory', path: 'tree/sealed', mode: 0o555},
	text('tree/sealed/inner', 'inner', 0o444),
	text('tree/run', '#!/bin/sh\n', 0o755),
	{kind: 'hardlink', path: 'tree/again', target: 'tree/run'},
	{kind: 'symlink', path: 'tree/sealed/up', target: '../run'},
	{kind: 'symlink', path: 'tree/dangling', target: 'not/here'},
	{...text(`tree/${'grün'.repeat(40)}`, 'x'.repeat(1_000_000)), mtime: 2 ** 32},
];

function text(path: string, contents: string, mode = 0o644): ArchiveEntry {
	return {kind: 'file', path, mode, content: {kind: 'bytes', bytes: Buffer.from(contents)}};
}

function sha256(contents: string): string {
	return createHash('sha256').update(contents).digest('hex');
}

for (const form of ['tar', 'tar.gz', 'tar.zst'] as const) {
	test(`a ${form} comes out as it went in, whatever the umask`, async t => {
		const scratch = makeScratchPlace(t);
		const archive = scratch.path('misleading.name');
		const request = {entries: sample, output: archive, encoder: findEncoder()};
		await writeArchive({...request, form, mtime: 1_000_000});
		const destination = scratch.path('out');
		const tree = await extractArchive({archive, destination});

		t.deepEqual([tree.directory, tree.name, tree.entries.length], [destination, 'tree', 7]);
		const at = (name: string): string => `${destination}/${name}`;
		t.is(statSync(at('')).mode & 0o7777, 0o755);
		t.is(statSync(at('')).mtimeMs, 1_000_000_000);
		t.is(statSync(at('sealed')).mode & 0o7777, 0o555);
		t.is(statSync(at('sealed')).mtimeMs, 1_000_000_000);
		t.is(readFileSync(at('sealed/inner'), 'utf8'), 'inner');
		t.is(statSync(at('sealed/inner')).mode & 0o7777, 0o444);
		t.is(statSync(at('again')).ino, statSync(at('run')).ino);
		t.is(readlinkSync(at('sealed/up')), '../run');
		t.is(lstatSync(at('dangling')).mtimeMs, 1_000_000_000);
		const long = at('grün'.repeat(40));
		t.deepEqual([statSync(long).size, statSync(long).mtimeMs], [1_000_000, 2 ** 32 * 1000]);
		t.deepEqual(readdirSync(scratch.directory).sort(), ['misleading.name', 'out']);
	});
}

test('what came out is described for a check before it has its name', async t => {
	const scratch = makeScratchPlace(t);
	const archive = scratch.path('a.tar');
	const destination = scratch.path('out');
	await writeArchive({entries: sample, output: archive, form: 'tar', mtime: 1});
	const seen: {tree: ExtractedTree; published: boolean}[] = [];
	await extractArchive({
		archive,
		destination,
		check: async tree => {
			seen.push({tree, published: existsSync(destination)});
			t.is(readFileSync(`${tree.directory}/sealed/inner`, 'utf8'), 'inner');
			return Promise.resolve();
		},
	});
	t.is(seen.length, 1);
	t.false(seen[0]!.published);
	t.deepEqual(seen[0]!.tree.entries.slice(1, 5), [
		{
			path: 'sealed/inner',
			kind: 'file',
			mode: 0o444,
			size: 5,
			sha256: sha256('inner'),
			target: undefined,
		},
		{
			path: 'run',
			kind: 'file',
			mode: 0o755,
			size: 10,
			sha256: sha256('#!/bin/sh\n'),
			target: undefined,
		},
		{
			path: 'again',
			kind: 'hardlink',
			mode: undefined,
			size: undefined,
			sha256: undefined,
			target: 'run',
		},
		{
			path: 'sealed/up',
			kind: 'symlink',
			mode: undefined,
			size: undefined,
			sha256: undefined,
			target: '../run',
		},
	]);
});

test('a check that throws undoes everything, read-only directories too', async t => {
	const scratch = makeScratchPlace(t);
	const archive = scratch.path('a.tar');
	await writeArchive({entries: sample, output: archive, form: 'tar', mtime: 1});
	const attempt = extractArchive({
		archive,
		destination: scratch.path('out'),
		check: () => Promise.reject(new Error('not what the manifest says')),
	});
	await t.throwsAsync(attempt, {message: 'not what the manifest says'});
	t.deepEqual(readdirSync(scratch.directory), ['a.tar']);
});

for (const format of ['gnu', 'pax', 'ustar']) {
	test(`an archive that GNU tar made in ${format} format comes out`, async t => {
		const scratch = makeScratchPlace(t);
		const first = scratch.path('a.tar');
		const entries = format === 'ustar' ? sample.slice(0, 7) : sample;
		await writeArchive({entries, output: first, form: 'tar', mtime: 1});
		await extractArchive({archive: first, destination: scratch.path('tree')});
		const archive = scratch.path('b.tar.gz');
		const args = ['-czf', archive, `--format=${format}`, '-C', scratch.directory, 'tree'];
		t.deepEqual(await runCommand('tar', args), {status: 0, signal: null, stdout: '', stderr: ''});
		await extractArchive({archive, destination: scratch.path('out')});
		const diff = await runCommand('diff', [
			'-r',
			'--no-dereference',
			scratch.path('tree'),
			scratch.path('out'),
		]);
		t.deepEqual([diff.status, diff.stdout], [0, '']);
	});
}

test('an existing destination is refused, empty or not', async t => {
	const scratch = makeScratchPlace(t);
	const archive = scratch.path('a.tar');
	await writeArchive({entries: sample, output: archive, form: 'tar', mtime: 1});
	writeFileSync(scratch.path('out'), 'mine');
	for (const destination of [scratch.path('out'), scratch.directory]) {
		await t.throwsAsync(extractArchive({archive, destination}), {code: 'OUTPUT_EXISTS'});
	}

	t.is(readFileSync(scratch.path('out'), 'utf8'), 'mine');
});

test('what is no archive is called that, and xz is called by its name', async t => {
	const scratch = makeScratchPlace(t);
	const destination = scratch.path('out');
	const archive = scratch.path('a');
	const contents = [
		['', 'ARCHIVE_INVALID'],
		['short', 'ARCHIVE_INVALID'],
		['x'.repeat(2000), 'ARCHIVE_INVALID'],
		['\xfd7zXZ\0 and so on', 'UNSUPPORTED_COMPRESSION'],
	] as const;
	for (const [bytes, code] of contents) {
		writeFileSync(archive, bytes, 'latin1');
		await t.throwsAsync(extractArchive({archive, destination}), {code});
	}

	const directory = extractArchive({archive: scratch.directory, destination});
	await t.throwsAsync(directory, {code: 'ARCHIVE_INVALID', message: /not a regular file/u});
	await t.throwsAsync(extractArchive({archive: scratch.path('absent'), destination}), {code: 'IO'});
});
