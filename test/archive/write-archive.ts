import {createHash} from 'node:crypto';
import {
	appendFileSync,
	linkSync,
	lstatSync,
	mkdirSync,
	readFileSync,
	readdirSync,
	readlinkSync,
	statSync,
	truncateSync,
	unlinkSync,
	writeFileSync,
} from 'node:fs';
import {gunzipSync} from 'node:zlib';
import test from 'ava';
import type {ArchiveEntry} from '../../lib/archive/archive-entry.js';
import type {ArchiveForm} from '../../lib/archive/archive-request.js';
import {writeArchive} from '../../lib/archive/write-archive.js';
import {findEncoder} from '../../lib/launcher/archive-tools.js';
import {runCommand} from '../helpers/run/command.js';
import {need} from '../helpers/run/need.js';
import {makeScratchPlace} from '../helpers/worlds/scratch-place.js';

const top: ArchiveEntry = {kind: 'directory', path: 'tree', mode: 0o755};

function file(path: string, text: string, mode = 0o644): ArchiveEntry {
	return {kind: 'file', path, mode, content: {kind: 'bytes', bytes: Buffer.from(text)}};
}

function sha256(bytes: Buffer | string): string {
	return createHash('sha256').update(bytes).digest('hex');
}

/** Bytes that do not compress and are the same every time. */
function noise(length: number): Buffer {
	return createHash('shake256', {outputLength: length}).update('noise').digest();
}

test('GNU tar reads back every kind of entry, with modes, times and links', async t => {
	const scratch = makeScratchPlace(t);
	const output = scratch.path('a.tar');
	await writeArchive({
		entries: [
			{kind: 'directory', path: 'tree', mode: 0o750},
			file('tree/plain', 'plain', 0o640),
			file('tree/empty', '', 0o600),
			{kind: 'hardlink', path: 'tree/again', target: 'tree/plain'},
			{kind: 'symlink', path: 'tree/link', target: 'plain'},
			{...file('tree/dated', 'x'), mtime: 86_400},
		],
		output,
		form: 'tar',
		mtime: 1_000_000_000,
	});
	const tar = await runCommand('tar', ['-xpf', output, '-C', scratch.directory]);
	t.deepEqual([tar.status, tar.stderr], [0, '']);
	t.is(statSync(scratch.path('tree')).mode & 0o7777, 0o750);
	t.is(statSync(scratch.path('tree/plain')).mode & 0o7777, 0o640);
	t.is(readFileSync(scratch.path('tree/plain'), 'utf8'), 'plain');
	t.is(statSync(scratch.path('tree/plain')).mtimeMs, 1_000_000_000_000);
	t.is(statSync(scratch.path('tree/dated')).mtimeMs, 86_400_000);
	t.is(statSync(scratch.path('tree/again')).ino, statSync(scratch.path('tree/plain')).ino);
	t.is(readlinkSync(scratch.path('tree/link')), 'plain');
	t.is(statSync(scratch.path('tree/empty')).size, 0);
});

test('names and link targets of every awkward length and alphabet come back from GNU tar', async t => {
	const scratch = makeScratchPlace(t);
	const output = scratch.path('a.tar');
	const lengths = [94, 95, 96, 150, 160, 250];
	const names = [
		...lengths.map(length => 'n'.repeat(length)),
		'grün',
		'日本語'.repeat(20),
		'two  blanks ',
		'new\nline',
		'"quoted" \'twice\'',
	];
	const deep = ['tree', ...Array.from({length: 4}, (_, depth) => String(depth).repeat(70))];
	const directories = deep.slice(1).map((_, index) => deep.slice(0, index + 2).join('/'));
	const entries: ArchiveEntry[] = [
		top,
		...directories.map((path): ArchiveEntry => ({kind: 'directory', path, mode: 0o755})),
		file(`${deep.join('/')}/leaf`, 'deep'),
		...names.map(name => file(`tree/${name}`, name)),
		...names.map((name, index): ArchiveEntry => {
			return {kind: 'symlink', path: `tree/link${index}`, target: name};
		}),
		{kind: 'hardlink', path: 'tree/hard', target: `${deep.join('/')}/leaf`},
	];
	await writeArchive({entries, output, form: 'tar', mtime: 1});
	const tar = await runCommand('tar', ['-xf', output, '-C', scratch.directory]);
	t.deepEqual([tar.status, tar.stderr], [0, '']);
	for (const [index, name] of names.entries()) {
		t.is(readFileSync(scratch.path(`tree/${name}`), 'utf8'), name);
		t.is(readlinkSync(scratch.path(`tree/link${index}`)), name);
	}

	t.is(readFileSync(scratch.path('tree/hard'), 'utf8'), 'deep');
});

test('the compressed forms hold exactly the bytes of the plain one', async t => {
	if (!need(t, 'gzip', 'pigz', 'zstd')) return;
	const scratch = makeScratchPlace(t);
	const entries = [
		top,
		file('tree/text', 'all work and no play\n'.repeat(300_000)),
		...[1 << 20, (1 << 20) - 1536, 5].map((length, index): ArchiveEntry => {
			const content = {kind: 'bytes', bytes: noise(length)} as const;
			return {kind: 'file', path: `tree/noise${index}`, mode: 0o644, content};
		}),
	];
	for (const form of ['tar', 'tar.gz', 'tar.zst'] as const) {
		const output = scratch.path(`a.${form}`);
		await writeArchive({entries, output, form, encoder: findEncoder(), mtime: 1});
	}

	const plain = readFileSync(scratch.path('a.tar'));
	t.true(gunzipSync(readFileSync(scratch.path('a.tar.gz'))).equals(plain));
	for (const command of ['gzip', 'pigz']) {
		const {status, stderr} = await runCommand(command, ['-t', scratch.path('a.tar.gz')]);
		t.deepEqual([command, status, stderr], [command, 0, '']);
	}

	const unzstd = await runCommand('zstd', [
		'-d',
		'-q',
		scratch.path('a.tar.zst'),
		'-o',
		scratch.path('z'),
	]);
	t.is(unzstd.status, 0);
	t.true(readFileSync(scratch.path('z')).equals(plain));
});

test('a gzip member tells neither a time nor a name', async t => {
	const scratch = makeScratchPlace(t);
	const output = scratch.path('a.tar.gz');
	await writeArchive({entries: [top], output, form: 'tar.gz', mtime: 1_000_000_000});
	t.deepEqual([...readFileSync(output).subarray(0, 10)], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
});

test('a time after 2038 is right in GNU tar', async t => {
	const scratch = makeScratchPlace(t);
	const output = scratch.path('a.tar');
	await writeArchive({entries: [top], output, form: 'tar', mtime: 2 ** 32});
	await runCommand('tar', ['-xf', output, '-C', scratch.directory]);
	t.is(statSync(scratch.path('tree')).mtimeMs, 2 ** 32 * 1000);
});

test('numbers that tar-stream would alter in silence are refused', async t => {
	const scratch = makeScratchPlace(t);
	const attempt = (entries: ArchiveEntry[], mtime: number): Promise<unknown> =>
		writeArchive({entries, output: scratch.path('a.tar'), form: 'tar', mtime});
	await t.throwsAsync(attempt([top, file('tree/x', '', 0)], 1), {instanceOf: RangeError});
	for (const mtime of [-1, 0.5, 8 ** 11, Number.NaN]) {
		await t.throwsAsync(attempt([top], mtime), {instanceOf: RangeError});
	}

	t.deepEqual(readdirSync(scratch.directory), []);
});

test('entries that no reader of ours would accept are not written', async t => {
	const scratch = makeScratchPlace(t);
	const bad: ArchiveEntry[] = [
		file('tree/../up', ''),
		file('/etc/passwd', ''),
		file('tree//x', ''),
		file('other', ''),
		file('tree/absent/x', ''),
		file('tree/setuid', '', 0o4755),
		file('tree/\ud800', ''),
		file(`tree/${'n'.repeat(256)}`, ''),
		{kind: 'symlink', path: 'tree/l', target: '../..'},
		{kind: 'symlink', path: 'tree/l', target: '/etc'},
		{kind: 'hardlink', path: 'tree/h', target: 'tree/later'},
	];
	for (const entry of bad) {
		const output = scratch.path('a.tar');
		const attempt = writeArchive({entries: [top, entry], output, form: 'tar', mtime: 1});
		await t.throwsAsync(attempt, {code: 'PAYLOAD_ESCAPES_ROOT'}, JSON.stringify(entry));
	}

	t.deepEqual(readdirSync(scratch.directory), []);
});

test('every digest is that of the bytes written, and late entries are made from those before them', async t => {
	const scratch = makeScratchPlace(t);
	const source = scratch.path('source');
	const contents = noise(9 << 20);
	writeFileSync(source, contents);
	const told: string[] = [];
	const {digests, bytes, entries} = await writeArchive({
		entries: [
			top,
			file('tree/a', 'one'),
			{
				kind: 'file',
				path: 'tree/b',
				mode: 0o644,
				content: {kind: 'host-file', path: source, size: contents.length},
			},
			{
				kind: 'file',
				path: 'tree/manifest',
				mode: 0o644,
				content: {
					kind: 'late',
					make: known =>
						[...known].map(([path, {sha256: sum}], at) =>
							Buffer.from(`${at === 0 ? '' : ','}${path}${sum}`),
						),
				},
			},
		],
		output: scratch.path('a.tar'),
		form: 'tar',
		mtime: 1,
		onDigest: path => told.push(path),
	});
	const manifest = `tree/a${sha256('one')},tree/b${sha256(contents)}`;
	t.deepEqual(Object.fromEntries(digests), {
		'tree/a': {sha256: sha256('one'), size: 3},
		'tree/b': {sha256: sha256(contents), size: contents.length},
		'tree/manifest': {sha256: sha256(manifest), size: manifest.length},
	});
	t.deepEqual(told, ['tree/a', 'tree/b', 'tree/manifest']);
	t.is(bytes, 3 + contents.length + manifest.length);
	t.is(entries, 4);
	await runCommand('tar', ['-xf', scratch.path('a.tar'), '-C', scratch.directory]);
	t.is(readFileSync(scratch.path('tree/manifest'), 'utf8'), manifest);
	t.true(readFileSync(scratch.path('tree/b')).equals(contents));
});

test('a generator is asked for an entry only after the one before it has been read', async t => {
	const scratch = makeScratchPlace(t);
	const known = new Map<string, string>();
	function* entries(): Generator<ArchiveEntry> {
		yield top;
		yield file('tree/a', 'one');
		yield file('tree/sum', known.get('tree/a') ?? 'unknown');
	}

	const {digests} = await writeArchive({
		entries: entries(),
		output: scratch.path('a.tar'),
		form: 'tar',
		mtime: 1,
		onDigest: (path, digest) => known.set(path, digest.sha256),
	});
	t.is(digests.get('tree/sum')?.sha256, sha256(sha256('one')));
});

const changes: Record<string, (path: string) => void> = {
	grew: path => appendFileSync(path, 'more'),
	'became shorter': path => truncateSync(path, 3),
	'was removed': path => unlinkSync(path),
	'became a directory': path => {
		unlinkSync(path);
		mkdirSync(path);
	},
};

for (const [how, change] of Object.entries(changes)) {
	test(`a file that ${how} after it was planned is INPUT_CHANGED, and nothing is left`, async t => {
		const scratch = makeScratchPlace(t);
		const source = scratch.path('source');
		writeFileSync(source, 'contents');
		change(source);
		const content = {kind: 'host-file', path: source, size: 8} as const;
		for (const form of ['tar', 'tar.gz', 'tar.zst'] as const) {
			const attempt = writeArchive({
				entries: [top, {kind: 'file', path: 'tree/x', mode: 0o644, content}],
				output: scratch.path('a'),
				form,
				encoder: findEncoder(),
				mtime: 1,
			});
			await t.throwsAsync(attempt, {code: 'INPUT_CHANGED', message: /source changed/u});
		}

		t.deepEqual(
			readdirSync(scratch.directory).filter(name => name !== 'source'),
			[],
		);
	});
}

test('a FIFO put in the place of a file is refused instead of waited for', async t => {
	const scratch = makeScratchPlace(t);
	const source = scratch.path('pipe');
	await runCommand('mkfifo', [source]);
	const content = {kind: 'host-file', path: source, size: 8} as const;
	const attempt = writeArchive({
		entries: [top, {kind: 'file', path: 'tree/x', mode: 0o644, content}],
		output: scratch.path('a'),
		form: 'tar',
		mtime: 1,
	});
	await t.throwsAsync(attempt, {code: 'INPUT_CHANGED'});
});

test('what has the name already is never replaced', async t => {
	const scratch = makeScratchPlace(t);
	const output = scratch.path('a.tar');
	writeFileSync(output, 'mine');
	const attempt = writeArchive({entries: [top], output, form: 'tar', mtime: 1});
	await t.throwsAsync(attempt, {code: 'OUTPUT_EXISTS'});
	t.is(readFileSync(output, 'utf8'), 'mine');
	t.deepEqual(readdirSync(scratch.directory), ['a.tar']);
});

test('what takes the name while we write is not replaced either', async t => {
	const scratch = makeScratchPlace(t);
	const output = scratch.path('a.tar');
	function* entries(): Generator<ArchiveEntry> {
		yield top;
		writeFileSync(output, 'mine');
	}

	const attempt = writeArchive({entries: entries(), output, form: 'tar', mtime: 1});
	await t.throwsAsync(attempt, {code: 'OUTPUT_EXISTS'});
	t.is(readFileSync(output, 'utf8'), 'mine');
	t.deepEqual(readdirSync(scratch.directory), ['a.tar']);
});

test('while it grows, output is private and under another name; then its mode is the umask’s', async t => {
	const scratch = makeScratchPlace(t);
	const output = scratch.path('a.tar');
	const during: (readonly [string, number])[] = [];
	function* entries(): Generator<ArchiveEntry> {
		yield top;
		for (const name of readdirSync(scratch.directory)) {
			during.push([name, lstatSync(scratch.path(name)).mode & 0o777]);
		}
	}

	await writeArchive({entries: entries(), output, form: 'tar', mtime: 1});
	t.is(during.length, 1);
	t.regex(during[0]![0], /^\.dynpk-[0-9a-f]{24}\.part$/u);
	t.is(during[0]![1], 0o600);
	const other = scratch.path('other');
	writeFileSync(other, '');
	t.is(lstatSync(output).mode, lstatSync(other).mode);
	t.is(lstatSync(output).nlink, 1);
});

test('a missing directory for the output is named', async t => {
	const scratch = makeScratchPlace(t);
	const output = scratch.path('no/such/a.tar');
	const attempt = writeArchive({entries: [top], output, form: 'tar', mtime: 1});
	await t.throwsAsync(attempt, {code: 'IO', message: /there is no directory .*no\/such$/u});
});

for (const form of ['tar', 'tar.gz', 'tar.zst'] as const satisfies readonly ArchiveForm[]) {
	test(`an entry list that fails leaves nothing of a ${form} and passes its error on`, async t => {
		const scratch = makeScratchPlace(t);
		function* entries(): Generator<ArchiveEntry> {
			yield top;
			yield file('tree/x', 'x'.repeat(5 << 20));
			throw new Error('the plan was wrong');
		}

		const request = {entries: entries(), output: scratch.path('a'), encoder: findEncoder()};
		const attempt = writeArchive({...request, form, mtime: 1});
		await t.throwsAsync(attempt, {message: 'the plan was wrong'});
		t.deepEqual(readdirSync(scratch.directory), []);
	});

	test(`stopping a ${form} in the middle is INTERRUPTED and leaves nothing`, async t => {
		const scratch = makeScratchPlace(t);
		const controller = new AbortController();
		let asked = 0;
		function* entries(): Generator<ArchiveEntry> {
			yield top;
			for (;;) {
				asked += 1;
				if (asked === 20) controller.abort();
				yield file(`tree/${asked}`, 'x'.repeat(100_000));
			}
		}

		const attempt = writeArchive({
			entries: entries(),
			output: scratch.path('a'),
			form,
			encoder: findEncoder(),
			mtime: 1,
			signal: controller.signal,
		});
		await t.throwsAsync(attempt, {code: 'INTERRUPTED'});
		t.is(asked, 20);
		t.deepEqual(readdirSync(scratch.directory), []);
	});
}

const encoders = {
	dies: 'head -c 100000 >&2; kill -9 $$',
	fails: 'echo no memory >&2; exit 3',
	'reads nothing': 'exit 1',
	'ends well, but too early': 'head -c 1000 >&2',
};

for (const [how, script] of Object.entries(encoders)) {
	test(`an encoder that ${how} fails the archive, and nothing is left`, async t => {
		const scratch = makeScratchPlace(t);
		const encoder = scratch.path('encoder');
		writeFileSync(encoder, `#!/bin/sh\n${script}\n`, {mode: 0o755});
		const entries = [
			top,
			...[1, 2, 3, 4, 5].map(n => file(`tree/${n}`, String.fromCharCode(96 + n).repeat(9 << 20))),
		];
		const output = scratch.path('a');
		await t.throwsAsync(writeArchive({entries, output, form: 'tar.zst', encoder, mtime: 1}), {
			code: 'IO',
			message: /the zstd encoder failed: (?:SIGKILL|exit status [013])/u,
		});
		t.deepEqual(readdirSync(scratch.directory), ['encoder']);
	});
}

test('hard links of the input are the caller’s affair: each file entry is read by itself', async t => {
	const scratch = makeScratchPlace(t);
	writeFileSync(scratch.path('a'), 'same');
	linkSync(scratch.path('a'), scratch.path('b'));
	const {digests} = await writeArchive({
		entries: [
			top,
			...['a', 'b'].map((name): ArchiveEntry => {
				const content = {kind: 'host-file', path: scratch.path(name), size: 4} as const;
				return {kind: 'file', path: `tree/${name}`, mode: 0o644, content};
			}),
		],
		output: scratch.path('out.tar'),
		form: 'tar',
		mtime: 1,
	});
	t.is(digests.get('tree/a')?.sha256, digests.get('tree/b')?.sha256);
});
