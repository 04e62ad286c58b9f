import {execFileSync} from 'node:child_process';
import {gzipSync} from 'node:zlib';
import test from 'ava';
import {detectCompression, type Compression} from '../../lib/decompress/compression.js';
import {decompress, type DecompressOptions} from '../../lib/decompress/decompress.js';
import {DecompressError} from '../../lib/decompress/decompress-error.js';
import {need} from '../helpers/run/need.js';

const plain = Buffer.from(Array.from({length: 400_000}, (_, i) => (i * i) % 253));

const compress = {
	gzip: (bytes: Buffer) => gzipSync(bytes),
	bzip2: (bytes: Buffer) => execFileSync('bzip2', ['-c'], {input: bytes}),
	xz: (bytes: Buffer) => execFileSync('xz', ['-c'], {input: bytes}),
	lzma: (bytes: Buffer) => execFileSync('xz', ['-c', '--format=lzma'], {input: bytes}),
	zstd: (bytes: Buffer) => execFileSync('zstd', ['-c', '-q', '--check'], {input: bytes}),
} as const;

async function* inPieces(bytes: Buffer, size = 4001): AsyncGenerator<Buffer> {
	for (let at = 0; at < bytes.length; at += size) {
		yield await Promise.resolve(bytes.subarray(at, at + size));
	}
}

async function collect(
	bytes: Buffer,
	compression: Compression,
	options?: DecompressOptions,
): Promise<Buffer> {
	const parts: Buffer[] = [];
	for await (const part of decompress(inPieces(bytes), compression, options)) {
		parts.push(part);
	}

	return Buffer.concat(parts);
}

const decoders = [
	['gzip', 'if-installed'],
	['bzip2', 'if-installed'],
	['xz', 'if-installed'],
	['lzma', 'if-installed'],
	['zstd', 'if-installed'],
	['bzip2', 'never'],
	['xz', 'never'],
	['zstd', 'never'],
] as const;

for (const [compression, tools] of decoders) {
	const by = tools === 'never' ? 'without its program' : 'with its program, if it has one';
	const options = {tools};

	test(`${compression} is recognised and decompressed ${by}`, async t => {
		if (!need(t, 'bzip2', 'xz', 'zstd')) {
			return;
		}

		const packed = compress[compression](plain);
		t.is(detectCompression(packed), compression);
		t.true((await collect(packed, compression, options)).equals(plain));
		const short = plain.subarray(0, 500);
		const parts: Buffer[] = [];
		for await (const part of decompress([compress[compression](short)], compression, options)) {
			parts.push(part);
		}

		t.true(Buffer.concat(parts).equals(short), 'all of it in one piece');
	});

	test(`${compression} that ends early is damaged, never short, ${by}`, async t => {
		if (!need(t, 'bzip2', 'xz', 'zstd')) {
			return;
		}

		const packed = compress[compression](plain);
		for (const missing of [1, 5, Math.floor(packed.length / 2), packed.length - 20]) {
			const cut = packed.subarray(0, packed.length - missing);
			const error = await t.throwsAsync(collect(cut, compression, options), {
				instanceOf: DecompressError,
			});
			t.is(error.code, 'DAMAGED');
		}
	});
}

// LZMA-alone has neither a way to say that another stream follows nor a check.
const framed = decoders.filter(([compression]) => compression !== 'lzma');

for (const [compression, tools] of framed) {
	const by = tools === 'never' ? 'without its program' : 'with its program, if it has one';
	const options = {tools};

	test(`two ${compression} streams one behind the other are one, ${by}`, async t => {
		if (!need(t, 'bzip2', 'xz', 'zstd')) {
			return;
		}

		const packed = compress[compression](plain);
		const twice = await collect(Buffer.concat([packed, packed]), compression, options);
		t.is(twice.length, 2 * plain.length);
	});
}

// Nor does fzstd compare zstd's.
const checked = framed.filter(
	([compression, tools]) => compression !== 'zstd' || tools !== 'never',
);

for (const [compression, tools] of checked) {
	const by = tools === 'never' ? 'without its program' : 'with its program, if it has one';
	const options = {tools};

	test(`${compression} with an altered byte is damaged, ${by}`, async t => {
		if (!need(t, 'bzip2', 'xz', 'zstd')) {
			return;
		}

		const packed = Buffer.from(compress[compression](plain));
		const middle = Math.floor(packed.length / 2);
		packed[middle] = (packed[middle] ?? 0) ^ 0x40;
		await t.throwsAsync(collect(packed, compression, options), {instanceOf: DecompressError});
	});
}

test('an error of the source is not blamed on the data', async t => {
	async function* failing(): AsyncGenerator<Buffer> {
		yield* inPieces(gzipSync(plain).subarray(0, 5000));
		throw new Error('the disk is gone');
	}

	await t.throwsAsync(
		async () => {
			for await (const part of decompress(failing(), 'gzip')) {
				t.true(part.length > 0);
			}
		},
		{message: 'the disk is gone'},
	);
});

test('a zstd window over 128 MiB is refused before memory is taken', async t => {
	// Magic, a descriptor without single segment, and a window of 2^30 bytes.
	const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 20 << 3, 0x01, 0x00, 0x00]);
	const error = await t.throwsAsync(collect(frame, 'zstd', {tools: 'never'}), {
		instanceOf: DecompressError,
	});
	t.is(error.code, 'UNSUPPORTED');
	t.regex(error.message, /1073741824/u);
});

test('plain data passes unchanged', async t => {
	t.is(detectCompression(Buffer.from('070701000000')), 'none');
	t.true((await collect(plain, 'none')).equals(plain));
});
