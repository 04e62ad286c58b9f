/**
 * A stream of compressed bytes in, a stream of plain bytes out, whatever the compression.
 *
 * gzip is Node's own. For the others the system's tool is faster than anything in JavaScript, so
 * it is asked first and its exit status decides; where it is not installed a decoder from npm
 * takes over. Every decoder here reports a stream that ends early: none may hand back a short
 * result as if it were whole.
 */
import type {CompressedBytes, Compression} from './compression.js';
import {DecompressError} from './decompress-error.js';
import {gunzipStream} from './gunzip-stream.js';
import {decompressWithTool, startTool} from './external-tool.js';
import {unbzip2, unxz, unzstd} from './fallback-decoders.js';

export interface DecompressOptions {
	/** `never` keeps to the decoders inside this process; default `if-installed`. */
	readonly tools?: 'if-installed' | 'never';
}

type Decoder = (source: CompressedBytes) => AsyncGenerator<Buffer>;

const fallbacks: Readonly<Record<ToolCompression, Decoder | undefined>> = {
	bzip2: unbzip2,
	lzma: undefined,
	xz: unxz,
	zstd: unzstd,
};

type ToolCompression = Exclude<Compression, 'none' | 'gzip'>;

/**
 * Decompress a stream. However the iteration ends, `source` is not asked any more afterwards.
 *
 * @throws {DecompressError}; errors of the source pass unchanged.
 */
export async function* decompress(
	source: CompressedBytes,
	compression: Compression,
	options: DecompressOptions = {},
): AsyncGenerator<Buffer> {
	switch (compression) {
		case 'none':
			for await (const chunk of source) {
				yield asBuffer(chunk);
			}

			return;
		case 'gzip':
			yield* gunzipStream(source);
			return;
		case 'bzip2':
		case 'lzma':
		case 'xz':
		case 'zstd':
			yield* decompressOutside(source, compression, options.tools ?? 'if-installed');
	}
}

async function* decompressOutside(
	source: CompressedBytes,
	compression: ToolCompression,
	tools: 'if-installed' | 'never',
): AsyncGenerator<Buffer> {
	const tool = tools === 'never' ? undefined : await startTool(compression);
	if (tool !== undefined) {
		yield* decompressWithTool(tool, source);
		return;
	}

	const fallback = fallbacks[compression];
	if (fallback === undefined) {
		throw new DecompressError(
			'UNSUPPORTED',
			`${compression} can be read only where the xz program is installed`,
		);
	}

	yield* fallback(source);
}

function asBuffer(chunk: Uint8Array): Buffer {
	return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
