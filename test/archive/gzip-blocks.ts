import {createHash} from 'node:crypto';
import {gunzipSync} from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import type {ByteSink} from '../../lib/archive/byte-sink.js';
import {gzipBlocks} from '../../lib/archive/gzip-blocks.js';

const blockSize = 1 << 20;

async function gzip(chunks: readonly Buffer[], level = 1): Promise<Buffer> {
	const written: Buffer[] = [];
	const output: ByteSink = {
		write(bytes) {
			written.push(Buffer.from(bytes));
			return undefined;
		},
		end: () => Promise.resolve(),
		abort: () => undefined,
	};
	const sink = gzipBlocks(output, level);
	for (const chunk of chunks) await sink.write(chunk);
	await sink.end();
	return Buffer.concat(written);
}

/** A tenth noise, the rest repeated from up to 30 KiB before, so that dictionaries matter. */
function material(length: number): Buffer {
	const noise = createHash('shake256', {outputLength: 3000}).update('material').digest();
	const bytes = Buffer.alloc(length);
	for (let at = 0; at < length; at += noise.length) noise.copy(bytes, at, at % 7);
	return bytes;
}

for (const length of [
	0,
	1,
	blockSize - 1,
	blockSize,
	blockSize + 1,
	7 * blockSize,
	20 * blockSize + 3,
]) {
	test(`${length} bytes come back whole`, async t => {
		const bytes = material(length);
		t.true(gunzipSync(await gzip([bytes])).equals(bytes));
	});
}

test('how the bytes arrive does not change what comes out', async t => {
	const bytes = material(3 * blockSize + 77);
	const whole = await gzip([bytes]);
	await fc.assert(
		fc.asyncProperty(fc.array(fc.nat({max: bytes.length}), {maxLength: 6}), async cuts => {
			const ends = [...cuts.sort((a, b) => a - b), bytes.length];
			const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
			t.true((await gzip(chunks)).equals(whole));
		}),
		{numRuns: 15, seed: 20108},
	);
});

test('a block refers back into the one before it', async t => {
	const noise = createHash('shake256', {outputLength: 16_384}).update('noise').digest();
	const bytes = Buffer.alloc(blockSize + noise.length);
	noise.copy(bytes, blockSize - noise.length);
	noise.copy(bytes, blockSize);
	const compressed = await gzip([bytes], 6);
	t.true(gunzipSync(compressed).equals(bytes));
	t.true(compressed.length < noise.length * 1.5, `${compressed.length} bytes`);
});

test('a sink that fails fails the compressor', async t => {
	const output: ByteSink = {
		write: () => Promise.reject(new Error('full')),
		end: () => Promise.resolve(),
		abort: () => undefined,
	};
	const sink = gzipBlocks(output, 1);
	await t.throwsAsync(
		async () => {
			for (let block = 0; block < 20; block += 1) await sink.write(Buffer.alloc(blockSize));
			await sink.end();
		},
		{message: 'full'},
	);
});
