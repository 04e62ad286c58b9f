/** gzip through Node's zlib, which reports a truncated or altered stream by itself. */
import {Readable} from 'node:stream';
import {createGunzip} from 'node:zlib';
import type {CompressedBytes} from './compression.js';
import {DecompressError} from './decompress-error.js';
import {letGo} from './let-go.js';

// Half of zlib's time with its default of 16 KiB goes into crossing threads.
const CHUNK_SIZE = 256 * 1024;

/** @throws {DecompressError} DAMAGED */
export async function* gunzipStream(source: CompressedBytes): AsyncGenerator<Buffer> {
	const gunzip = createGunzip({chunkSize: CHUNK_SIZE});
	const input = Readable.from(source, {objectMode: false, highWaterMark: CHUNK_SIZE});
	let inputError: Error | undefined;
	input.on('error', error => {
		inputError = error;
		gunzip.destroy(error);
	});
	input.pipe(gunzip);
	try {
		for await (const chunk of gunzip) {
			yield chunk as Buffer;
		}
	} catch (error) {
		if (inputError !== undefined) {
			throw inputError;
		}

		throw new DecompressError('DAMAGED', `gzip: ${(error as Error).message}`, error);
	} finally {
		gunzip.destroy();
		await letGo(input);
	}
}
