/**
 * The frame structure of a zstd stream (RFC 8878, section 3.1), walked beside the decoder.
 *
 * fzstd allocates whatever window a frame asks for and does not care whether the last frame is
 * complete. This reads the frame and block headers only: a window over the limit, a wrong magic
 * and a stream that ends inside a frame are refused.
 */
import {DecompressError} from './decompress-error.js';

/** What the zstd program and librpm accept without being told otherwise. */
const WINDOW_LIMIT = 128 * 1024 * 1024;

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;

type Expecting = 'magic' | 'skippable-size' | 'descriptor' | 'frame-header' | 'block-header';

export interface ZstdFrameWatch {
	push(chunk: Uint8Array): void;
	/** @throws {DecompressError} DAMAGED when the stream ends inside a frame. */
	end(): void;
}

interface Position {
	expecting: Expecting;
	/** How many bytes of it are wanted, and the first `heldLength` of them. */
	wanted: number;
	heldLength: number;
	readonly held: Buffer;
	/** Bytes of content before it begins. */
	toSkip: number;
	/** The descriptor of the frame that we are in. */
	descriptor: number;
}

/** @throws {DecompressError} from `push` and `end`. */
export function watchZstdFrames(): ZstdFrameWatch {
	const at: Position = {
		expecting: 'magic',
		wanted: 4,
		heldLength: 0,
		held: Buffer.alloc(16),
		toSkip: 0,
		descriptor: 0,
	};
	return {
		push(chunk) {
			let position = 0;
			while (position < chunk.length) {
				if (at.toSkip > 0) {
					const step = Math.min(at.toSkip, chunk.length - position);
					at.toSkip -= step;
					position += step;
					continue;
				}

				at.held[at.heldLength++] = chunk[position++] ?? 0;
				if (at.heldLength === at.wanted) {
					advance(at);
				}
			}
		},
		end() {
			if (at.expecting !== 'magic' || at.heldLength > 0 || at.toSkip > 0) {
				throw new DecompressError('DAMAGED', 'zstd: the stream ends inside a frame');
			}
		},
	};
}

/** What was expected is held whole: read it, and expect what follows it. */
function advance(at: Position): void {
	switch (at.expecting) {
		case 'magic':
			return readMagic(at);
		case 'skippable-size':
			at.toSkip = at.held.readUInt32LE(0);
			return expect(at, 'magic', 4);
		case 'descriptor':
			at.descriptor = at.held.readUInt8(0);
			return expect(at, 'frame-header', frameHeaderLength(at.descriptor));
		case 'frame-header':
			refuseLargeWindow(at.descriptor, at.held);
			return expect(at, 'block-header', 3);
		case 'block-header':
			return readBlockHeader(at);
	}
}

function expect(at: Position, next: Expecting, bytes: number): void {
	at.expecting = next;
	at.wanted = bytes;
	at.heldLength = 0;
}

function readMagic(at: Position): void {
	const magic = at.held.readUInt32LE(0);
	if (magic === FRAME_MAGIC) {
		return expect(at, 'descriptor', 1);
	}

	if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
		return expect(at, 'skippable-size', 4);
	}

	throw new DecompressError('DAMAGED', 'zstd: unknown frame magic');
}

function readBlockHeader(at: Position): void {
	const header = at.held.readUIntLE(0, 3);
	const isRunLength = ((header >>> 1) & 3) === 1;
	at.toSkip = isRunLength ? 1 : header >>> 3;
	const isLast = (header & 1) === 1;
	if (!isLast) {
		return expect(at, 'block-header', 3);
	}

	// A checksum may follow the last block.
	at.toSkip += (at.descriptor & 4) === 0 ? 0 : 4;
	return expect(at, 'magic', 4);
}

const contentSizeLengths = [0, 2, 4, 8] as const;
const dictionaryIdLengths = [0, 1, 2, 4] as const;

function isSingleSegment(descriptor: number): boolean {
	return (descriptor & 0x20) !== 0;
}

function contentSizeLength(descriptor: number): number {
	const length = contentSizeLengths[(descriptor >>> 6) as 0 | 1 | 2 | 3];
	return length === 0 && isSingleSegment(descriptor) ? 1 : length;
}

function dictionaryIdLength(descriptor: number): number {
	return dictionaryIdLengths[(descriptor & 3) as 0 | 1 | 2 | 3];
}

/** Everything of a frame header behind its descriptor; at least one byte by construction. */
function frameHeaderLength(descriptor: number): number {
	const window = isSingleSegment(descriptor) ? 0 : 1;
	return window + dictionaryIdLength(descriptor) + contentSizeLength(descriptor);
}

function refuseLargeWindow(descriptor: number, header: Buffer): void {
	const size = isSingleSegment(descriptor)
		? contentSize(descriptor, header)
		: windowSize(header.readUInt8(0));
	if (size > WINDOW_LIMIT) {
		throw new DecompressError('UNSUPPORTED', `zstd: a window of ${size} bytes is over the limit`);
	}
}

/** A single-segment frame keeps its whole content in memory instead of a window. */
function contentSize(descriptor: number, header: Buffer): number {
	const at = dictionaryIdLength(descriptor);
	switch (contentSizeLength(descriptor)) {
		case 1:
			return header.readUInt8(at);
		case 2:
			return header.readUInt16LE(at) + 256;
		case 4:
			return header.readUInt32LE(at);
		default:
			return Number(header.readBigUInt64LE(at));
	}
}

function windowSize(byte: number): number {
	const base = 2 ** (10 + (byte >>> 3));
	return base + (base / 8) * (byte & 7);
}
