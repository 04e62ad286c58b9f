import {createHash} from 'node:crypto';
import {
	closeSync,
	createReadStream,
	existsSync,
	ftruncateSync,
	mkdirSync,
	openSync,
	statSync,
	symlinkSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import test from 'ava';
import type {ArchiveEntry} from '../../lib/archive/archive-entry.js';
import {extractArchive} from '../../lib/archive/extract-archive.js';
import {heldToIndex} from '../../lib/archive/run-file/held-to-index.js';
import {encodeRunIndex} from '../../lib/archive/run-file/run-index.js';
import {sparseEntry} from '../../lib/archive/sparse-entry.js';
import {sparseHeader} from '../../lib/archive/sparse-header.js';
import {dataOf, findSparseMap, type SparseMap} from '../../lib/archive/sparse-map.js';
import {readTar} from '../../lib/archive/tar-reader.js';
import {writeArchive} from '../../lib/archive/write-archive.js';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {makeStopCheck} from '../../lib/errors/stop-signal.js';
import {findEncoder} from '../../lib/launcher/archive-tools.js';
import {hostFilePieces} from '../../lib/paths/host-file.js';
import {hostPath, type HostPath} from '../../lib/paths/paths.js';
import {runCommand} from '../helpers/run/command.js';
import {need} from '../helpers/run/need.js';
import {makeScratchPlace, type ScratchPlace} from '../helpers/worlds/scratch-place.js';
import {rawMember} from '../helpers/worlds/tar-writer.js';

const KIB = 1 << 10;
const MIB = 1 << 20;

interface SparseFile {
	readonly name: string;
	readonly size: number;
	/** Where it has text. */
	readonly at: readonly number[];
}

const longName = `${'long '.repeat(25)}name`;
const files: readonly SparseFile[] = [
	{name: 'ends in a hole', size: 24 * MIB, at: [0, 10 * MIB - 3]},
	{name: 'ends in data', size: 20 * MIB + 777, at: [20 * MIB + 770]},
	{name: 'nothing but a hole', size: 17 * MIB, at: []},
	{name: longName, size: 20 * MIB, at: [5 * MIB]},
	{
		name: 'in many parts',
		size: 34 * MIB,
		at: Array.from({length: 60}, (_, part) => part * 512 * KIB + 100),
	},
];

function makeSparse(path: string, {size, at}: Omit<SparseFile, 'name'>): void {
	const file = openSync(path, 'w');
	for (const place of at) writeSync(file, 'text ', place);
	ftruncateSync(file, size);
	closeSync(file);
}

async function sha256(path: string): Promise<string> {
	const hash = createHash('sha256');
	for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
	return hash.digest('hex');
}

function fileEntry(scratch: ScratchPlace, name: string): ArchiveEntry {
	const path = scratch.path(name);
	const content = {kind: 'host-file', path, size: statSync(path).size} as const;
	return {kind: 'file', path: `tree/${name}`, mode: 0o640, content};
}

async function archived(
	scratch: ScratchPlace,
	form: 'tar' | 'tar.gz' | 'tar.zst',
): Promise<HostPath> {
	const output = scratch.path(`a.${form}`);
	writeFileSync(scratch.path('plain'), 'plain');
	const entries: ArchiveEntry[] = [
		{kind: 'directory', path: 'tree', mode: 0o755},
		fileEntry(scratch, 'plain'),
	];
	for (const file of files) {
		if (!existsSync(scratch.path(file.name))) makeSparse(scratch.path(file.name), file);
		entries.push(fileEntry(scratch, file.name));
	}

	writeFileSync(scratch.path('plain too'), 'too');
	entries.push(fileEntry(scratch, 'plain too'));
	const {digests, sparse} = await writeArchive({
		entries,
		output,
		form,
		encoder: findEncoder(),
		mtime: 1e9,
	});
	if (sparse !== files.length) throw new Error(`${sparse} are sparse`);
	for (const {name} of files) {
		if (digests.get(`tree/${name}`)?.sha256 !== (await sha256(scratch.path(name)))) {
			throw new Error(`${name} has another digest`);
		}
	}

	return output;
}

for (const form of ['tar', 'tar.gz', 'tar.zst'] as const) {
	test(`a ${form} holds no zeros of sparse files, and gives them back with their holes`, async t => {
		const scratch = makeScratchPlace(t);
		const archive = await archived(scratch, form);
		t.true(statSync(archive).size < 12 * MIB, `${statSync(archive).size} bytes`);
		const {entries} = await extractArchive({archive, destination: scratch.path('out')});
		for (const {name, size} of files) {
			const path = scratch.path(`out/${name}`);
			t.is(await sha256(path), await sha256(scratch.path(name)), name);
			t.is(entries.find(entry => entry.path === name)?.size, size);
			t.true(statSync(path).blocks * 512 < 8 * MIB, name);
			t.is(statSync(path).mode & 0o777, 0o640);
		}

		t.is(statSync(scratch.path('out/plain too')).size, 3);
	});
}

const readers: Readonly<Record<string, readonly string[]>> = {
	'GNU tar': ['tar', '-xf'],
	bsdtar: ['bsdtar', '-xf'],
	Python: [
		'python3',
		'-c',
		'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[3])',
	],
};

for (const [reader, [command = '', ...words]] of Object.entries(readers)) {
	test(`${reader} makes the same files of it`, async t => {
		if (!need(t, command)) return;
		const scratch = makeScratchPlace(t);
		const archive = await archived(scratch, 'tar');
		mkdirSync(scratch.path('out'));
		const {status, stderr} = await runCommand(command, [
			...words,
			archive,
			'-C',
			scratch.path('out'),
		]);
		t.is(status, 0, stderr);
		for (const {name} of files) {
			const path = scratch.path(`out/tree/${name}`);
			t.is(await sha256(path), await sha256(scratch.path(name)), name);
			t.true(statSync(path).blocks * 512 < 8 * MIB, name);
		}
	});
}

test('a tar that does not know sparse files has none, and not wrong ones', async t => {
	if (!need(t, 'busybox')) return;
	const scratch = makeScratchPlace(t);
	const archive = await archived(scratch, 'tar');
	mkdirSync(scratch.path('out'));
	const {status, stderr} = await runCommand('busybox', [
		'tar',
		'-xf',
		archive,
		'-C',
		scratch.path('out'),
	]);
	t.log(status, stderr.trim());
	for (const {name} of files) t.false(existsSync(scratch.path(`out/tree/${name}`)), name);
	t.true(status !== 0 || existsSync(scratch.path('out/tree/plain')));
	t.not(stderr, '');
});

const unstopped = makeStopCheck(undefined);

test('what has few holes is stored whole, so that every tar reads it', async t => {
	const scratch = makeScratchPlace(t);
	const path = scratch.path('few');
	makeSparse(path, {size: 15 * MIB, at: [MIB]});
	t.is(await findSparseMap(path, 15 * MIB, unstopped), undefined);
	makeSparse(path, {size: 32 * MIB, at: Array.from({length: 512}, (_, at) => at * 64 * KIB + 1)});
	t.is(await findSparseMap(path, 32 * MIB, unstopped), undefined);
});

test('more parts than a map holds are told less finely', async t => {
	const scratch = makeScratchPlace(t);
	const path = scratch.path('many');
	const size = 1200 * MIB;
	makeSparse(path, {size, at: Array.from({length: 9000}, (_, part) => part * 128 * KIB)});
	const map = await findSparseMap(path, size, unstopped);
	t.deepEqual(map?.regions, [{offset: 0, length: 8999 * 128 * KIB + 64 * KIB}]);
});

test('a link to a file in full is no sparse file', async t => {
	const scratch = makeScratchPlace(t);
	writeFileSync(scratch.path('full'), Buffer.alloc(32 * MIB));
	symlinkSync('full', scratch.path('link'));
	t.is(await findSparseMap(scratch.path('link'), 32 * MIB, unstopped), undefined);
});

test('a large file that is gone when its turn comes is INPUT_CHANGED', async t => {
	const scratch = makeScratchPlace(t);
	const content = {kind: 'host-file', path: scratch.path('gone'), size: 32 * MIB} as const;
	const attempt = writeArchive({
		entries: [
			{kind: 'directory', path: 'tree', mode: 0o755},
			{kind: 'file', path: 'tree/x', mode: 0o644, content},
		],
		output: scratch.path('a.tar'),
		form: 'tar',
		mtime: 1,
	});
	await t.throwsAsync(attempt, {code: 'INPUT_CHANGED', message: /gone changed.*it is gone/u});
});

test('looking for holes, and reading over them, can be stopped', async t => {
	const scratch = makeScratchPlace(t);
	const path = scratch.path('hole');
	const size = 64 * MIB;
	makeSparse(path, {size, at: []});
	const looking = new AbortController();
	const found = findSparseMap(path, size, makeStopCheck(looking.signal));
	looking.abort();
	await t.throwsAsync(found, {code: 'INTERRUPTED'});

	const reading = new AbortController();
	const content = {kind: 'pieces', size, pieces: hostFilePieces(path, size, MIB)} as const;
	const blocks = sparseEntry(
		{
			entry: {kind: 'file', path: 'tree/x', mode: 0o644, content},
			mtime: 1,
			content,
			map: {size, regions: []},
		},
		makeStopCheck(reading.signal),
	);
	t.is((await blocks.next()).done, false);
	reading.abort();
	await t.throwsAsync(blocks.next(), {code: 'INTERRUPTED'});
});

test('what is written into a hole meanwhile is noticed', t => {
	const map = {size: 256 * KIB, regions: [{offset: 64 * KIB, length: 64 * KIB}]};
	const piece = Buffer.alloc(256 * KIB);
	const refuse = (): never => {
		throw new Error('changed');
	};
	const parts = (): readonly Buffer[] => [...dataOf(map, {start: 0, piece}, refuse)];
	t.deepEqual(
		parts().map(({length}) => length),
		[64 * KIB],
	);
	for (const at of [0, 64 * KIB - 1, 128 * KIB, 256 * KIB - 1]) {
		piece.fill(0);
		piece[at] = 1;
		t.throws(parts, {message: 'changed'});
	}
});

const top = rawMember({name: 'top/', type: '5'});
const end = Buffer.alloc(1024);

function sparseMember(map: SparseMap, edit: (header: Buffer) => void = () => undefined): Buffer {
	const header = sparseHeader({name: 'top/x', mode: 0o644, mtime: 1, map});
	edit(header);
	header.fill(' ', 148, 156);
	const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0);
	header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
	return header;
}

const two = {
	size: 4096,
	regions: [
		{offset: 0, length: 512},
		{offset: 2048, length: 512},
	],
};
const data = Buffer.alloc(1024, 'd');
const many = {
	size: 1 << 30,
	regions: Array.from({length: 30}, (_, part) => ({offset: part * 4096, length: 512})),
};
const attacks: Readonly<Record<string, readonly [Buffer, RegExp]>> = {
	'parts that overlap': [
		sparseMember({
			...two,
			regions: [
				{offset: 0, length: 1024},
				{offset: 512, length: 512},
			],
		}),
		/overlap/u,
	],
	'parts behind the end': [sparseMember({...two, size: 2049}), /behind its end/u],
	'parts that fill no blocks': [
		sparseMember({
			...two,
			regions: [
				{offset: 0, length: 100},
				{offset: 2048, length: 924},
			],
		}),
		/fill no blocks/u,
	],
	'less data than it tells': [
		sparseMember(two, header => header.write('00000000400\0', 124)),
		/more or less data/u,
	],
	'a size beyond the limit': [sparseMember({...two, size: 300 * 2 ** 30}), /more than \d+ bytes/u],
	'an absurd size': [
		sparseMember(two, header => {
			header.fill(0xff, 483, 495);
			header[483] = 0x80;
		}),
		/real size is absurd/u,
	],
	'a size in words': [sparseMember(two, header => header.write('enormous', 483)), /not a number/u],
	'a map that ends before it': [
		sparseMember(two, header => header.write('00000010001\0', 483)),
		/map ends before it/u,
	],
	'a gap in its map': [
		sparseMember(two, header => {
			header.copy(header, 386 + 72, 386 + 24, 386 + 48);
			header.fill(0, 386 + 24, 386 + 48);
		}),
		/map has a gap/u,
	],
	'a map that goes on behind its end': [
		sparseMember(two, header => {
			header[482] = 1;
		}),
		/goes on behind its end/u,
	],
	'half a part': [sparseMember(two, header => header.fill(0, 386 + 24, 386 + 36)), /half a part/u],
	'another magic': [
		sparseMember(two, header => header.write('ustar\x0000', 257)),
		/no known format/u,
	],
	'blocks that do not come': [
		sparseMember(many).subarray(0, 512),
		/truncated|wrong|not a number|more or less/u,
	],
};

for (const [title, [member, message]] of Object.entries(attacks)) {
	test(`a sparse file of ${title} is refused`, async t => {
		const scratch = makeScratchPlace(t);
		const archive = scratch.path('a.tar');
		writeFileSync(archive, Buffer.concat([top, member, data, end]));
		const attempt = extractArchive({archive, destination: scratch.path('out')});
		await t.throwsAsync(attempt, {instanceOf: DynpkError, code: 'ARCHIVE_INVALID', message});
		t.false(existsSync(scratch.path('out')));
	});
}

test('a map without end is not read to its end', async t => {
	const scratch = makeScratchPlace(t);
	const archive = hostPath(scratch.path('a.tar'));
	const extension = sparseHeader({name: 'top/x', mode: 0o644, mtime: 1, map: many}).subarray(
		512,
		1024,
	);
	extension[504] = 1;
	const begun = sparseMember(many).subarray(0, 512);
	writeFileSync(
		archive,
		Buffer.concat([top, begun, ...Array.from({length: 4000}, () => extension)]),
	);
	const attempt = extractArchive({archive, destination: scratch.path('out')});
	await t.throwsAsync(attempt, {code: 'ARCHIVE_INVALID', message: /more than 65536 parts/u});
});

test('a sparse file in the archive of a .run file is refused: the runner would take its data for all of it', async t => {
	const archive = Buffer.concat([top, sparseMember(two), data, end]);
	const rows = [
		{entry: {kind: 'directory', path: 'top', mode: 0o755}, mtime: 1, start: 0, size: 0},
		{entry: {kind: 'file', path: 'top/x', mode: 0o644}, mtime: 1, start: 1024, size: two.size},
	] as const;
	const index = encodeRunIndex([], rows, new Map());
	const held = heldToIndex(
		readTar([archive], 'a.run'),
		[index],
		{indexPlainSize: index.length, entries: rows.length},
		'a.run',
	);
	t.is((await held.next()).value?.path, 'top');
	await t.throwsAsync(held.next(), {
		code: 'ARCHIVE_INVALID',
		message: /another top\/x than its archive has/u,
	});
});
