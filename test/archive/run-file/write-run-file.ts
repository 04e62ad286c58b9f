/** What is written as a `.run` file, read back by its specification and by our own reader. */
import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {
	appendFileSync,
	readdirSync,
	readFileSync,
	statSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import {text} from 'node:stream/consumers';
import test from 'ava';
import type {ArchiveEntry, FileEntry} from '../../../lib/archive/archive-entry.js';
import {readArchive} from '../../../lib/archive/read-archive.js';
import {openFrameEncoder} from '../../../lib/archive/frame-encoder.js';
import {
	decodeRunHead,
	encodeRunHead,
	findRunHead,
	RUN_HEAD_SIZE,
} from '../../../lib/archive/run-file/run-head.js';
import {writeRunFile} from '../../../lib/archive/run-file/write-run-file.js';
import {writeArchive} from '../../../lib/archive/write-archive.js';
import {findEncoder, readRunner} from '../../../lib/launcher/archive-tools.js';
import type {HostPath} from '../../../lib/paths/paths.js';
import {runCommand} from '../../helpers/run/command.js';
import {need} from '../../helpers/run/need.js';
import {readRunFile, unzstd} from '../../helpers/worlds/run-file-reader.js';
import {makeScratchPlace} from '../../helpers/worlds/scratch-place.js';

const MIB = 1 << 20;

function file(path: string, bytes: Buffer | string, mode = 0o644): FileEntry {
	return {kind: 'file', path, mode, content: {kind: 'bytes', bytes: Buffer.from(bytes)}};
}

/** Bytes that do not compress and are the same every time. */
function noise(length: number, seed: string): Buffer {
	return createHash('shake256', {outputLength: length}).update(seed).digest();
}

function sha256(bytes: Buffer | string): string {
	return createHash('sha256').update(bytes).digest('hex');
}

const tree: readonly ArchiveEntry[] = [
	{kind: 'directory', path: 'tree', mode: 0o755},
	{kind: 'directory', path: 'tree/bin', mode: 0o750},
	{kind: 'symlink', path: 'tree/bin/tool', target: '../root/tool'},
	{kind: 'directory', path: 'tree/root', mode: 0o755},
	{...file('tree/root/tool', 'a program', 0o755), mtime: 86_400},
	{kind: 'hardlink', path: 'tree/root/again', target: 'tree/root/tool'},
	file('tree/root/empty', ''),
	file(`tree/root/${'long'.repeat(60)}`, 'long name'),
	file('tree/root/one', noise(3 * MIB, 'one')),
	file('tree/root/two', noise(3 * MIB, 'two')),
	file('tree/root/three', noise(3 * MIB, 'three')),
	file('tree/root/large', Buffer.concat([noise(17 * MIB, 'large'), Buffer.alloc(9 * MIB)])),
	file('tree/root/last', 'after the large one'),
	file('tree/dynpk.json', '{}'),
];

function write(output: HostPath, entries = tree) {
	return writeRunFile({
		entries,
		output,
		runner: readRunner(undefined),
		encoder: findEncoder(),
		entry: 'tool',
		manifest: 'tree/dynpk.json',
		mtime: 1_000_000_000,
	});
}

test('the archive in a .run file is the .tar, byte for byte', async t => {
	if (!need(t, 'zstd')) return;
	const scratch = makeScratchPlace(t);
	const [output, plain] = [scratch.path('a.run'), scratch.path('a.tar')];
	await write(output);
	await writeArchive({entries: tree, output: plain, form: 'tar', mtime: 1_000_000_000});
	t.true(readRunFile(readFileSync(output)).tar.equals(readFileSync(plain)));
	t.is(statSync(output).mode & 0o100, 0o100);
});

test('the index of a .run file says of each entry what it is and where its bytes lie', async t => {
	if (!need(t, 'zstd')) return;
	const output = makeScratchPlace(t).path('a.run');
	await write(output);
	const {rows, tar} = readRunFile(readFileSync(output));
	t.deepEqual(
		rows.map(({path}) => path),
		tree.map(({path}) => path),
	);
	rows.forEach((row, number) => {
		const entry = tree[number]!;
		t.is(row.kind, entry.kind);
		t.is(row.target, 'target' in entry ? entry.target : undefined);
		t.is(row.mode, 'mode' in entry ? entry.mode : 0);
		if (row.kind === 'directory' || row.kind === 'file') {
			t.is(row.mtime, entry.mtime ?? 1_000_000_000);
		}

		if (entry.kind === 'file' && entry.content.kind === 'bytes') {
			const {bytes} = entry.content;
			t.true(tar.subarray(row.start, row.start + row.size).equals(bytes), row.path);
			t.is(row.sha256, sha256(bytes));
		}
	});
});

test('frames are cut where entries end, and large files within', async t => {
	if (!need(t, 'zstd')) return;
	const output = makeScratchPlace(t).path('a.run');
	await write(output);
	const {frames, rows, tar} = readRunFile(readFileSync(output));
	const units = frames.flatMap(({firstRow, start}) =>
		firstRow === undefined ? [] : [{firstRow, start}],
	);
	t.deepEqual(
		units.map(({firstRow}) => rows[firstRow]!.path),
		['tree', 'tree/root/three', 'tree/root/last'],
	);
	t.true(frames.every(({plainSize}) => plainSize <= 8 * MIB));
	t.is(
		frames.reduce((end, {start, plainSize}) => (start === end ? end + plainSize : NaN), 0),
		tar.length,
	);
	for (const [number, {firstRow, start}] of units.entries()) {
		const next = units[number + 1];
		for (const row of rows.slice(firstRow, next?.firstRow)) {
			if (row.kind === 'file') {
				t.true(row.start >= start && row.start + row.size <= (next?.start ?? tar.length), row.path);
			}
		}
	}
});

test('the same entries give the same .run file on one processor and on all', async t => {
	if (!need(t, 'taskset')) return;
	const scratch = makeScratchPlace(t);
	const module = new URL('../../helpers/run/write-run-file-child.js', import.meta.url).pathname;
	const [all, one] = [scratch.path('all.run'), scratch.path('one.run')];
	const written = await runCommand(process.execPath, [module, all, '30']);
	t.deepEqual([written.status, written.stderr], [0, '']);
	const pinned = await runCommand('taskset', ['-c', '0', process.execPath, module, one, '30']);
	t.deepEqual([pinned.status, pinned.stderr], [0, '']);
	t.is(sha256(readFileSync(all)), sha256(readFileSync(one)));
});

test('what is written of a .run file is let go', async t => {
	const output = makeScratchPlace(t).path('a.run');
	const module = new URL('../../helpers/run/write-run-file-child.js', import.meta.url).pathname;
	const {status, stdout} = await runCommand(process.execPath, [module, output, '300']);
	t.is(status, 0);
	t.true(Number(stdout) < 400, `600 MB took ${stdout.trim()} MiB`);
});

test('our own reader gives back the entries of a .run file', async t => {
	const output = makeScratchPlace(t).path('a.run');
	await write(output);
	const read: string[] = [];
	for await (const entry of readArchive({archive: output})) {
		read.push(`${entry.kind} ${entry.path}`);
	}
	t.deepEqual(
		read,
		tree.map(({kind, path}) => `${kind} ${path}`),
	);
});

const damages: readonly (readonly [string, RegExp, (path: HostPath, head: number) => void])[] = [
	[
		'cut off',
		/was cut off: of \d+ bytes it has \d+/u,
		path => truncateSync(path, statSync(path).size - 1),
	],
	['appended to', /has something behind its end/u, path => appendFileSync(path, 'x')],
	[
		'with another head',
		/the head of a \.run file is damaged/u,
		(path, head) => poke(path, head + 24),
	],
	[
		'with another name in its head',
		/head of a \.run file is damaged/u,
		(path, head) => poke(path, head + 360),
	],
	[
		'with another body',
		/zstd|not a tar|truncated|checksum/iu,
		path => poke(path, statSync(path).size / 2),
	],
];

function poke(path: HostPath, offset: number): void {
	const bytes = readFileSync(path);
	const at = Math.floor(offset);
	bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
	writeFileSync(path, bytes);
}

for (const [what, message, damage] of damages) {
	test(`a .run file ${what} is refused`, async t => {
		const output = makeScratchPlace(t).path('a.run');
		await write(output);
		damage(output, findRunHead(readFileSync(output))!);
		await t.throwsAsync(
			async () => {
				for await (const entry of readArchive({archive: output})) {
					t.truthy(entry.path);
				}
			},
			{code: 'ARCHIVE_INVALID', message},
		);
	});
}

/** Change the index of a `.run` file, and all that its head says of it. */
async function changeIndex(path: HostPath, change: (index: Buffer) => void): Promise<void> {
	const bytes = readFileSync(path);
	const place = findRunHead(bytes)!;
	const head = decodeRunHead(bytes.subarray(place, place + RUN_HEAD_SIZE))!;
	const index = unzstd(bytes.subarray(head.index));
	change(index);
	const encoder = openFrameEncoder(findEncoder(), 1);
	const frame = await encoder.encode(index);
	encoder.close();
	encodeRunHead({...head, indexSize: frame.length}).copy(bytes, place);
	writeFileSync(path, Buffer.concat([bytes.subarray(0, head.index), frame]));
}

const lies: readonly (readonly [string, RegExp, (row: Buffer, index: Buffer) => void])[] = [
	['another kind', /tells of another tree\/root\/tool/u, row => row.writeUInt16LE(1, 12)],
	['no kind', /an entry of no kind/u, row => row.writeUInt16LE(9, 12)],
	['another mode', /tells of another tree\/root\/tool/u, row => row.writeUInt16LE(0o4755, 14)],
	['another place', /tells of another tree\/root\/tool/u, row => row.writeUInt32LE(1, 16)],
	['another size', /tells of another tree\/root\/tool/u, row => row.writeUInt32LE(1, 24)],
	['another time', /tells of another tree\/root\/tool/u, row => row.writeUInt32LE(1, 32)],
	['another directory', /tells of another tree\/root\/tool/u, row => row.writeUInt32LE(1, 0)],
	['no directory', /an entry lies in none/u, row => row.writeUInt32LE(99, 0)],
	['a name outside', /a name in its index lies outside/u, row => row.writeUInt32LE(1 << 30, 4)],
	['another magic', /its index is none/u, (_, index) => index.write('X')],
	['more rows', /not of the size/u, (_, index) => index.writeUInt32LE(1000, 12)],
];

for (const [what, message, lie] of lies) {
	test(`an index with ${what} is refused, before anything else is believed of it`, async t => {
		if (!need(t, 'zstd')) return;
		const output = makeScratchPlace(t).path('a.run');
		await write(output);
		const frames = readRunFile(readFileSync(output)).frames.length;
		await changeIndex(output, index => lie(index.subarray(32 + 32 * frames + 48 * 4), index));
		await t.throwsAsync(
			async () => {
				for await (const entry of readArchive({archive: output})) {
					t.truthy(entry.path);
				}
			},
			{code: 'ARCHIVE_INVALID', message},
		);
	});
}

test('a .run file is whole or not there: an encoder that fails is told, and nothing is left', async t => {
	const scratch = makeScratchPlace(t);
	const output = scratch.path('a.run');
	const request = {entries: tree, output, entry: undefined, manifest: '', mtime: 0};
	const runner = readRunner(undefined);
	const failing = scratch.path('encoder');
	writeFileSync(failing, '#!/bin/sh\necho no memory >&2\nexit 3\n', {mode: 0o755});
	await t.throwsAsync(writeRunFile({...request, runner, encoder: failing}), {
		code: 'IO',
		message: 'the zstd encoder failed: exit status 3',
	});
	const missing = scratch.path('none');
	await t.throwsAsync(writeRunFile({...request, runner, encoder: missing}), {
		message: /cannot start .*none/u,
	});
	t.deepEqual(readdirSync(scratch.directory), ['encoder']);
});

test('what a terminal sends to all of its programs interrupts the writing of a .run file', async t => {
	const scratch = makeScratchPlace(t);
	const script = new URL('../../helpers/run/write-run-file-interrupted.js', import.meta.url);
	const child = spawn(process.execPath, [script.pathname, scratch.path('a.run')], {
		stdio: ['ignore', 'pipe', 'inherit'],
		detached: true,
	});
	t.is(await text(child.stdout), 'INTERRUPTED');
	t.deepEqual(readdirSync(scratch.directory), []);
});

test('the head in the built runner is empty, and has its place', t => {
	const runner = readRunner(undefined);
	const head = findRunHead(runner)!;
	t.true(head > 0 && head % 16 === 0);
	t.true(runner.subarray(head + 8, head + RUN_HEAD_SIZE).every(byte => byte === 0));
});
