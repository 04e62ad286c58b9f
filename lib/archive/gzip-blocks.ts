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

const BLOCK_SIZE = 1 << 20;
const WINDOW_SIZE = 32 << 10;
/** libuv has four threads unless told otherwise; two more blocks wait so that none of them idles. */
const BLOCKS_UNDER_WAY = 6;
/** Enough for most blocks; each further one is a trip between threads, and a larger one the collector's time. */
const OUTPUT_SIZE = 256 << 10;

const compress = promisify<Buffer, ZlibOptions, Buffer>(deflateRaw);

interface GzipStream {
	readonly output: ByteSink;
	readonly level: number;
	readonly underWay: Run[];
	/** Blocks to be filled again: new memory for each is what the collector would run for. */
	readonly free: Block[];
	block: Block;
	/** How many of its bytes. */
	filled: number;
	checksum: number;
	length: number;
	started: boolean;
}

interface Block {
	/** The last 32 KiB before it; for the first there is none. */
	readonly dictionary: Buffer;
	readonly bytes: Buffer;
}

/** One block that is being compressed. */
interface Run {
	readonly block: Block;
	readonly compressed: Promise<Buffer>;
}

export function gzipBlocks(output: ByteSink, level: number): ByteSink {
	const stream: GzipStream = {
		output,
		level,
		underWay: [],
		free: [],
		block: makeBlock(),
		filled: 0,
		checksum: 0,
		length: 0,
		started: false,
	};
	return {
		write(bytes) {
			if (bytes.length > BLOCK_SIZE - stream.filled) {
				return fillBlocks(stream, bytes);
			}
			stream.block.bytes.set(bytes, stream.filled);
			stream.filled += bytes.length;
			return undefined;
		},
		end: () => finish(stream),
		abort() {
			stream.underWay.length = 0;
			output.abort();
		},
	};
}

function makeBlock(): Block {
	return {
		dictionary: Buffer.allocUnsafeSlow(WINDOW_SIZE),
		bytes: Buffer.allocUnsafeSlow(BLOCK_SIZE),
	};
}

async function fillBlocks(stream: GzipStream, bytes: Uint8Array): Promise<void> {
	for (let taken = 0; taken < bytes.length;) {
		if (stream.filled === BLOCK_SIZE) {
			await submit(stream, {isLast: false});
		}
		const part = bytes.subarray(taken, taken + BLOCK_SIZE - stream.filled);
		stream.block.bytes.set(part, stream.filled);
		stream.filled += part.length;
		taken += part.length;
	}
}

async function submit(stream: GzipStream, {isLast}: {readonly isLast: boolean}): Promise<void> {
	const {output, level, underWay, free, block, filled} = stream;
	const isFirst = !stream.started;
	if (isFirst) {
		stream.started = true;
		await output.write(gzipHeader(level));
	}

	if (underWay.length === BLOCKS_UNDER_WAY) {
		await writeOldest(stream);
	}
	const bytes = block.bytes.subarray(0, filled);
	stream.checksum = crc32(bytes, stream.checksum);
	stream.length += filled;
	const compressed = compress(bytes, {
		level,
		chunkSize: OUTPUT_SIZE,
		finishFlush: isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
		...(!isFirst && {dictionary: block.dictionary}),
	});
	// It is awaited in its turn; until then a failure must not count as unhandled.
	compressed.catch(() => undefined);
	underWay.push({block, compressed});
	if (!isLast) {
		stream.block = free.pop() ?? makeBlock();
		stream.block.dictionary.set(bytes.subarray(-WINDOW_SIZE));
		stream.filled = 0;
	}
}

/** No name and no time; XFL tells the slowest and the fastest level, as RFC 1952 2.3.1 has it; OS is Unix. */
function gzipHeader(level: number): Buffer {
	const extraFlags = level === 9 ? 2 : level === 1 ? 4 : 0;
	return Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, extraFlags, 3]);
}

async function writeOldest({output, underWay, free}: GzipStream): Promise<void> {
	const oldest = underWay.shift();
	if (oldest !== undefined) {
		const compressed = await oldest.compressed;
		free.push(oldest.block);
		await output.write(compressed);
	}
}

async function finish(stream: GzipStream): Promise<void> {
	await submit(stream, {isLast: true});
	while (stream.underWay.length > 0) {
		await writeOldest(stream);
	}
	const trailer = Buffer.alloc(8);
	trailer.writeUInt32LE(stream.checksum, 0);
	trailer.writeUInt32LE(stream.length % 2 ** 32, 4);
	await stream.output.write(trailer);
	await stream.output.end();
}
