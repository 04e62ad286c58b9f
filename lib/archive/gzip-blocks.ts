/**
 * Compress on several threads into what is still one ordinary gzip member (RFC 1952).
 *
 * The input is cut at fixed places into blocks. Each becomes a run of deflate blocks that ends on a
 * byte boundary (Z_SYNC_FLUSH) and may refer back into the 32 KiB before it, given as a
 * dictionary, so that runs laid end to end are one deflate stream. The cuts depend on the input
 * alone, and a constant number of blocks is under way: the bytes are the same whatever the timing.
 */
import {promisify} from 'node:util';
import {constants, crc32, deflateRaw, type ZlibOptions} from 'node:zlib';
import type {ByteSink} from './byte-sink.js';

const blockSize = 1 << 20;
const windowSize = 32 << 10;
/** libuv has four threads unless told otherwise; two more blocks wait so that none of them idles. */
const blocksUnderWay = 6;
/** Incompressible data grows by five bytes in 16 KiB; one output buffer saves a trip between threads. */
const outputSize = blockSize + (blockSize >> 10) + 64;

const compress = promisify<Buffer, ZlibOptions, Buffer>(deflateRaw);

export function gzipBlocks(output: ByteSink, level: number): ByteSink {
	const underWay: Promise<Buffer>[] = [];
	let block = Buffer.allocUnsafeSlow(blockSize);
	let filled = 0;
	let dictionary: Buffer | undefined;
	let checksum = 0;
	let length = 0;
	let started = false;

	async function writeOldest(): Promise<void> {
		const compressed = await underWay.shift();
		if (compressed !== undefined) {
			await output.write(compressed);
		}
	}

	async function submit(isLast: boolean): Promise<void> {
		if (!started) {
			started = true;
			await output.write(gzipHeader(level));
		}

		if (underWay.length === blocksUnderWay) {
			await writeOldest();
		}
		const bytes = block.subarray(0, filled);
		checksum = crc32(bytes, checksum);
		length += filled;
		const run = compress(bytes, {
			level,
			chunkSize: outputSize,
			finishFlush: isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
			...(dictionary !== undefined && {dictionary}),
		});
		// It is awaited in its turn; until then a failure must not count as unhandled.
		run.catch(() => undefined);
		underWay.push(run);
		dictionary = Buffer.from(bytes.subarray(-windowSize));
		block = isLast ? Buffer.alloc(0) : Buffer.allocUnsafeSlow(blockSize);
		filled = 0;
	}

	async function fill(bytes: Uint8Array): Promise<void> {
		for (let taken = 0; taken < bytes.length;) {
			if (filled === blockSize) {
				await submit(false);
			}
			const part = bytes.subarray(taken, taken + blockSize - filled);
			block.set(part, filled);
			filled += part.length;
			taken += part.length;
		}
	}

	return {
		write(bytes) {
			if (bytes.length > blockSize - filled) {
				return fill(bytes);
			}
			block.set(bytes, filled);
			filled += bytes.length;
			return undefined;
		},
		async end() {
			await submit(true);
			while (underWay.length > 0) {
				await writeOldest();
			}
			const trailer = Buffer.alloc(8);
			trailer.writeUInt32LE(checksum, 0);
			trailer.writeUInt32LE(length % 2 ** 32, 4);
			await output.write(trailer);
			await output.end();
		},
		abort() {
			underWay.length = 0;
			output.abort();
		},
	};
}

/** No name and no time; XFL tells the slowest and the fastest level, as RFC 1952 2.3.1 has it; OS is Unix. */
function gzipHeader(level: number): Buffer {
	const extraFlags = level === 9 ? 2 : level === 1 ? 4 : 0;
	return Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, extraFlags, 3]);
}
