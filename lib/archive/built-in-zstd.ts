/**
 * What there is of zstd without the program: node:zlib's where it is sound, else fzstd to read.
 *
 * Node.js has zstd since 22.15, but before 24 its decoder takes a truncated file for a whole one
 * (nodejs/node 64592), so there only its encoder is used.
 */
import {Transform, type Duplex, type TransformCallback} from 'node:stream';
import * as zlib from 'node:zlib';
import {Decompress} from 'fzstd';

/** The part of node:zlib that the type declarations of the oldest supported Node.js lack. */
interface ZstdOfZlib {
	readonly createZstdCompress?: (options: {params: Record<number, number>}) => Duplex;
	readonly createZstdDecompress?: () => Duplex;
}

const builtIn = zlib as ZstdOfZlib;
/** ZSTD_c_compressionLevel of zstd.h. */
const compressionLevel = 100;
const oldestSoundDecoder = 24;
/** The zstd program's own bound, so that a header cannot ask for more memory than that. */
const largestWindow = 128 << 20;
/** Magic, descriptor and the longest frame header. */
const frameHeaderSize = 18;

export function makeZstdCompressor(level: number): Duplex | undefined {
	return builtIn.createZstdCompress?.({params: {[compressionLevel]: level}});
}

export function makeZstdDecompressor(): Duplex {
	const major = Number.parseInt(process.versions.node, 10);
	if (major >= oldestSoundDecoder && builtIn.createZstdDecompress !== undefined) {
		return builtIn.createZstdDecompress();
	}

	return decompressInJavaScript();
}

function decompressInJavaScript(): Duplex {
	let head: Buffer | undefined = Buffer.alloc(0);
	const stream = new Transform({
		transform(chunk: Buffer, _encoding, done) {
			attempt(done, () => {
				const bytes = head === undefined ? chunk : Buffer.concat([head, chunk]);
				if (head !== undefined && bytes.length < frameHeaderSize) {
					head = bytes;
					return;
				}

				if (head !== undefined) checkWindow(bytes);
				head = undefined;
				decoder.push(bytes);
			});
		},
		flush(done) {
			attempt(done, () => {
				decoder.push(head ?? Buffer.alloc(0), true);
			});
		},
	});
	const decoder = new Decompress(bytes => stream.push(Buffer.from(bytes)));
	return stream;
}

function attempt(done: TransformCallback, act: () => void): void {
	try {
		act();
	} catch (error) {
		done(error instanceof Error ? error : new Error(String(error)));
		return;
	}

	done();
}

/** Frame header of RFC 8878, 3.1.1.1: the window is stated, or it is the size of the contents. */
function checkWindow(bytes: Buffer): void {
	const descriptor = bytes.readUInt8(4);
	const isSingleSegment = (descriptor & 0x20) !== 0;
	if (isSingleSegment) {
		const contentSize = singleSegmentSize(bytes, descriptor);
		if (contentSize > largestWindow) throw new Error('the window is too large');
		return;
	}

	const window = bytes.readUInt8(5);
	const base = 2 ** (10 + (window >> 3));
	if (base + (base / 8) * (window & 7) > largestWindow) throw new Error('the window is too large');
}

function singleSegmentSize(bytes: Buffer, descriptor: number): number {
	const dictionaryIdSize = [0, 1, 2, 4][descriptor & 3] ?? 0;
	const at = 5 + dictionaryIdSize;
	switch (descriptor >> 6) {
		case 0:
			return bytes.readUInt8(at);
		case 1:
			return bytes.readUInt16LE(at) + 256;
		case 2:
			return bytes.readUInt32LE(at);
		default:
			return Number(bytes.readBigUInt64LE(at));
	}
}
