/** Decoders in JavaScript and WebAssembly, for machines without the tools: slower, same answers. */
import {Readable} from 'node:stream';
import {ReadableStream} from 'node:stream/web';
import type {CompressedBytes} from './compression.js';
import {DecompressError} from './decompress-error.js';
import {watchZstdFrames} from './zstd-frames.js';

/**
 * The WebAssembly decoder knows CRC checks only, while rpmbuild writes SHA-256 ones: for an xz
 * payload of an RPM package the program is needed, for a Debian package or an index it is not.
 *
 * @throws {DecompressError} DAMAGED, or UNSUPPORTED for SHA-256 checks.
 */
export async function* unxz(source: CompressedBytes): AsyncGenerator<Buffer> {
	const {XzReadableStream} = (await import('xz-decompress')).default;
	const guarded = guard(refuseSha256(source));
	const plain = new XzReadableStream(ReadableStream.from(guarded.source));
	try {
		for await (const chunk of Readable.fromWeb(plain as never)) {
			yield Buffer.from(chunk as Uint8Array);
		}
	} catch (error) {
		throw guarded.blame('xz', error);
	} finally {
		await guarded.source.return(undefined);
	}
}

/** The check is named in the eighth byte of the stream header (xz file format, 2.1.1.2). */
async function* refuseSha256(source: CompressedBytes): AsyncGenerator<Uint8Array> {
	const sha256 = 0x0a;
	let position = 0;
	for await (const chunk of source) {
		if (position <= 7 && chunk[7 - position] === sha256) {
			throw new DecompressError(
				'UNSUPPORTED',
				'xz: its SHA-256 checks can be read only where the xz program is installed',
			);
		}

		position += chunk.length;
		yield chunk;
	}
}

/**
 * fzstd does not compare the frames' checksums: an altered byte that still decodes is left to the
 * digests that packages carry.
 *
 * @throws {DecompressError} DAMAGED, or UNSUPPORTED for a window over 128 MiB.
 */
export async function* unzstd(source: CompressedBytes): AsyncGenerator<Buffer> {
	const {Decompress} = await import('fzstd');
	const plain: Buffer[] = [];
	const decoder = new Decompress(chunk => {
		plain.push(Buffer.from(chunk));
	});
	const watch = watchZstdFrames();
	const guarded = guard(source);
	try {
		for await (const chunk of guarded.source) {
			watch.push(chunk);
			decoder.push(chunk);
			yield* plain.splice(0);
		}

		watch.end();
		decoder.push(new Uint8Array(0), true);
	} catch (error) {
		throw guarded.blame('zstd', error);
	}

	yield* plain;
}

/**
 * It answers to each write at once, and is asked so: as a stream it says that it is closed before what
 * it made has been read, which is then lost.
 *
 * @throws {DecompressError} DAMAGED
 */
export async function* unbzip2(source: CompressedBytes): AsyncGenerator<Buffer> {
	const {default: unbzip2Stream} = await import('unbzip2-stream');
	const guarded = guard(source);
	const decoder = unbzip2Stream();
	const plain: Buffer[] = [];
	let problem: Error | undefined;
	decoder.on('data', (chunk: Buffer) => plain.push(chunk));
	decoder.on('error', (error: Error) => {
		problem ??= error;
	});
	const taken = (): Buffer[] => {
		if (problem !== undefined) {
			throw problem;
		}

		return plain.splice(0);
	};
	try {
		for await (const chunk of guarded.source) {
			decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
			yield* taken();
		}

		decoder.end();
		yield* taken();
	} catch (error) {
		throw guarded.blame('bzip2', error);
	}
}

/** Tell an error of the source from one of the decoder, which would otherwise be blamed for both. */
function guard(source: CompressedBytes) {
	let sourceError: unknown;
	return {
		source: (async function* () {
			try {
				yield* source;
			} catch (error) {
				sourceError = error;
				throw error;
			}
		})(),
		blame(name: string, error: unknown): unknown {
			if (sourceError !== undefined) {
				return sourceError;
			}

			return error instanceof DecompressError
				? error
				: new DecompressError('DAMAGED', `${name}: damaged data`, error);
		},
	};
}
