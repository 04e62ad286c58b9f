import {appendFileSync, existsSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import {entriesOf, makeRunFile, usualWorld, type Edits} from '../helpers/run/run-files.js';
import {findHead, packFrame, settleHead, type RunParts} from '../helpers/worlds/run-file-writer.js';

/** Started and verified, it says one sentence, and leaves nothing. */
async function isRefused(
	t: ExecutionContext,
	edits: Edits,
	what: string,
	sentence = /^dynpk: [^\n]*\n$/u,
): Promise<void> {
	const made = (await makeRunFile(t, {...(await usualWorld()), cuts: [1024, 65_536]}, edits))!;
	const started = await made.start();
	t.is(started.status, 125, what);
	t.is(started.stdout, '', what);
	t.regex(started.stderr, sentence, what);
	t.deepEqual(entriesOf(made.cache), [], what);
	const verified = await made.start(['--dynpk-verify']);
	t.true(verified.status === 1 || verified.status === 125, what);
	t.regex(verified.stderr, /^dynpk: [^\n]*\n$/u, what);
	const extracted = await made.start(['--dynpk-extract', made.path('out')]);
	t.is(extracted.status, 125, what);
	t.false(existsSync(made.path('out')), what);
}

function flip(file: Buffer, at: number): Buffer {
	file[at]! ^= 16;
	return file;
}

test('a file that was cut off or appended to is not started', async t => {
	if ((await makeRunFile(t)) === undefined) return;
	const sentence = /^dynpk: .*x\.run is not as long as it was made: copy it again\n$/u;
	await isRefused(t, {file: file => file.subarray(0, -1)}, 'one byte less', sentence);
	await isRefused(t, {file: file => file.subarray(0, 200_000)}, 'half', sentence);
	await isRefused(t, {file: file => Buffer.concat([file, Buffer.alloc(1)])}, 'one more', sentence);
});

test('a start from the cache looks at the length of the file, too', async t => {
	const made = await makeRunFile(t);
	if (made === undefined) return;
	t.is((await made.start()).status, 0);
	appendFileSync(made.file, 'x');
	t.is((await made.start()).status, 125);
});

test('a flipped bit of the head, the index or a frame is noticed', async t => {
	if ((await makeRunFile(t)) === undefined) return;
	for (const at of [8, 16, 40, 57, 80, 110, 400, 700, 766]) {
		await isRefused(t, {file: file => flip(file, findHead(file) + at)}, `head ${at}`);
	}

	for (const back of [1, 5, 40, 200]) {
		const damaged = /^dynpk: .* is damaged, its index cannot be read: copy it again\n$/u;
		await isRefused(t, {file: file => flip(file, file.length - back)}, `index ${back}`, damaged);
	}

	for (const on of [0, 30, 5000, 100_000]) {
		const damaged = /^dynpk: .* is damaged: copy it again\n$/u;
		const body = (file: Buffer): number => Number(file.readBigUInt64LE(findHead(file) + 8));
		await isRefused(t, {file: file => flip(file, body(file) + on)}, `body ${on}`, damaged);
	}
});

test('a runner that nothing was packed into says so', async t => {
	if ((await makeRunFile(t)) === undefined) return;
	const empty = (file: Buffer): Buffer => file.fill(0, findHead(file) + 8, findHead(file) + 768);
	await isRefused(t, {file: empty}, 'empty', /: nothing was packed into it\n$/u);
});

type Lie = readonly [string, (parts: RunParts) => void];

const headLies: readonly Lie[] = [
	['a body that begins within a page', ({head}) => (head.body += 16)],
	['no body', ({head}) => (head.bodySize = 0)],
	['an index that is not where the body ends', ({head}) => (head.index = head.body)],
	['an index without end', ({head}) => (head.indexPlain = 2 ** 40)],
	['an index of no size', ({head}) => (head.indexPlain = 16)],
	['no entries', ({head}) => (head.entries = 0)],
	['no frames', ({head}) => (head.frames = 0)],
	['frames of gigabytes', ({head}) => (head.largest = 2 ** 31)],
	['paths too long for a kernel', ({head}) => (head.longest = 5000)],
	['an entry that climbs', ({head}) => (head.entry = '../x')],
	['an entry that is a directory', ({head}) => (head.entry = '..')],
	['a name that is none', ({head}) => (head.name = '')],
	['a name that is a path', ({head}) => (head.name = 'a/b')],
	['something behind the names', ({head}) => (head.zero = 1)],
	['more bytes than frames hold', ({head}) => (head.bytes = 2 ** 50)],
];

const indexLies: readonly Lie[] = [
	['another magic', ({index}) => (index.magic = 'DYNPKIX2')],
	['another number of frames', ({index}) => index.frames--],
	['another number of rows', ({index}) => index.rows--],
	['digests without end', ({index}) => (index.digests = 2 ** 27)],
	['something behind its numbers', ({index}) => (index.zero = 1)],
	['a text without end', parts => (parts.tail = Buffer.from('x'))],
	['another number of bytes', ({head}) => head.bytes--],
	['a longest path that is shorter', ({head}) => head.longest--],
	['a longest path that is longer', ({head}) => head.longest++],
	['a largest frame that is larger', ({head}) => head.largest++],
	['a largest frame that is smaller', ({head}) => head.largest--],
	['frames with a gap in the archive', ({frames}) => frames[1]!.plainStart++],
	['frames with a gap in the body', ({frames}) => frames[1]!.start++],
	['a frame behind the body', ({frames}) => (frames.at(-1)!.size += 1)],
	['a frame of no size', ({frames}) => (frames[0]!.size = 0)],
	['a frame of no plain size', ({frames}) => (frames[0]!.plainSize = 0)],
	['a frame of another plain size', ({frames}) => (frames.at(-1)!.plainSize -= 1)],
	['an unknown flag', ({frames}) => (frames[0]!.flags = 3)],
	['no first unit', ({frames}) => (frames[0]!.flags = 0)],
	['a first unit that begins later', ({frames}) => (frames[0]!.firstRow = 1)],
	['a unit behind the rows', ({frames}) => (lastUnit(frames).firstRow = 99)],
	['a unit that goes back', ({frames}) => (lastUnit(frames).firstRow = 0)],
	['a frame within a unit with a row', ({frames}) => (innerFrame(frames).firstRow = 3)],
	['a top that is no directory', ({rows}) => (rows[0]!.kind = 2)],
	['a top within another', ({rows}) => (rows[0]!.parent = 1)],
	['a parent behind', ({rows}) => (rows[1]!.parent = 1)],
	['a parent that is a link', ({rows}) => (rows[3]!.parent = 2)],
	['a parent that is none', ({rows}) => (rows[1]!.parent = 2 ** 31)],
	['an empty name', ({rows}) => (rows[1]!.name = '')],
	['the name .', ({rows}) => (rows[1]!.name = '.')],
	['the name ..', ({rows}) => (rows[1]!.name = '..')],
	['a name with a slash', ({rows}) => (rows[2]!.name = '/prog')],
	['a name that is too long', ({rows}) => (rows[2]!.name = 'x'.repeat(256))],
	['a path that is there twice', ({rows}) => (rows[3]!.name = 'prog')],
	['a kind that is none', ({rows}) => (rows[1]!.kind = 0)],
	['a device', ({rows}) => (rows[1]!.kind = 5)],
	['a set-id bit', ({rows}) => (file(rows).mode = 0o4755)],
	['a symbolic link that is absolute', ({rows}) => (rows[2]!.target = '/etc/passwd')],
	['a symbolic link to nothing', ({rows}) => (rows[2]!.target = '')],
	['a hard link to itself', ({rows}) => (hardLink(rows).target = rows.indexOf(hardLink(rows)))],
	['a hard link to a directory', ({rows}) => (hardLink(rows).target = 0)],
	['a hard link to what comes later', ({rows}) => (hardLink(rows).target = rows.length - 1)],
	['a hard link to no row', ({rows}) => (hardLink(rows).target = 2 ** 31)],
	['a directory with a target', ({rows}) => (rows[1]!.target = 1)],
	['a file with a target', ({rows}) => (file(rows).target = 1)],
	['a directory with contents', ({rows}) => (rows[1]!.size = 1)],
	['a directory with a start', ({rows}) => (rows[1]!.start = 1)],
	['a directory with a digest', ({rows}) => (rows[1]!.digest = 1)],
	['a file without a digest', ({rows}) => (file(rows).digest = 99)],
	['a file in another unit', ({rows}) => (rows.at(-1)!.start = 0)],
	['a file that leaves its unit', ({rows}) => (rows.at(-1)!.start += 2000)],
	['a file whose end wraps around', ({rows}) => (file(rows).start = 2 ** 62)],
	['a time beyond all', ({rows}) => (file(rows).time = 2 ** 60)],
	['something behind a row', ({rows}) => (rows[1]!.zero = 1)],
];

const file = (rows: RunParts['rows']) => rows.find(row => row.kind === 2 && row.size > 0)!;
const hardLink = (rows: RunParts['rows']) => rows.find(row => row.kind === 4)!;
const lastUnit = (frames: RunParts['frames']) => frames.findLast(frame => frame.flags === 1)!;
const innerFrame = (frames: RunParts['frames']) => frames.find(frame => frame.flags === 0)!;

for (const [kind, lies] of [
	['head', headLies],
	['index', indexLies],
] as const) {
	test(`a hostile ${kind} is refused as a whole`, async t => {
		if ((await makeRunFile(t)) === undefined) return;
		for (const [what, parts] of lies) {
			await isRefused(t, {parts}, `${kind}: ${what}`);
		}
	});
}

test('a file that overlaps another is refused', async t => {
	const made = await makeRunFile(
		t,
		{entries: ['a', 'b'].map(path => ({path, body: 'x'.repeat(600)}))},
		{parts: ({rows}) => void (rows[2]!.start = rows[1]!.start)},
	);
	t.is((await made?.start(['--dynpk-extract', made.path('out')]))?.status ?? 125, 125);
});

test('a frame that holds another number of bytes, or no checksum, is refused', async t => {
	if ((await makeRunFile(t)) === undefined) return;
	const replace =
		(make: (plain: Buffer) => Buffer) =>
		({frames, head}: RunParts): void => {
			const last = frames.at(-1)!;
			head.bodySize -= last.packed.length;
			last.packed = make(last.plain);
			last.size = last.packed.length;
			head.bodySize += last.packed.length;
		};
	const without = (plain: Buffer): Buffer => {
		const packed = Buffer.from(packFrame(plain).subarray(0, -4));
		packed[4]! &= ~4;
		return packed;
	};
	await isRefused(t, {parts: replace(plain => packFrame(plain.subarray(1)))}, 'shorter');
	const twice = (plain: Buffer) => Buffer.concat([packFrame(plain), packFrame(Buffer.alloc(0))]);
	await isRefused(t, {parts: replace(twice)}, 'two frames');
	await isRefused(t, {parts: replace(without)}, 'no checksum');
	const bomb = packFrame(Buffer.alloc(512 << 20));
	await isRefused(t, {parts: replace(() => bomb)}, 'half a gigabyte');
});

test('an index that belongs to another file is refused', async t => {
	if ((await makeRunFile(t)) === undefined) return;
	const index = (plain: Buffer): Buffer => {
		const other = Buffer.from(plain);
		other.writeUInt32LE(other.readUInt32LE(12) + 1, 12);
		return other;
	};
	await isRefused(t, {index}, 'rows');
	await isRefused(t, {index: plain => plain.subarray(0, 31), file: settleHead}, 'short');
});
