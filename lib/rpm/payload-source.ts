/** The compressed payload of a package file: its bytes, hashed on the way, and its compression. */
import {open} from 'node:fs/promises';
import {detectCompression, MAGIC_LENGTH, type Compression} from '../decompress/compression.js';
import {startDigest} from './digests.js';
import type {RpmPackage} from './read-rpm.js';
import {RpmError} from './rpm-error.js';

export interface PayloadSource {
	readonly compression: Compression;
	readonly chunks: AsyncIterable<Buffer>;
	/** Hash what the decoder did not ask for, and compare. @throws {RpmError} RPM_DIGEST_MISMATCH */
	finish(): Promise<void>;
	close(): Promise<void>;
}

const CHUNK_LENGTH = 256 * 1024;

/** @throws {RpmError} UNSUPPORTED_COMPRESSION */
export async function openPayload(pkg: RpmPackage): Promise<PayloadSource> {
	const handle = await open(pkg.path, 'r');
	let position = pkg.payload.offset;
	const expected = pkg.payload.digest;
	const digest = expected && startDigest(expected);

	async function* read(): AsyncGenerator<Buffer> {
		for (;;) {
			const chunk = Buffer.allocUnsafeSlow(CHUNK_LENGTH);
			const {bytesRead} = await handle.read(chunk, 0, CHUNK_LENGTH, position);
			if (bytesRead === 0) {
				return;
			}

			position += bytesRead;
			const bytes = chunk.subarray(0, bytesRead);
			digest?.update(bytes);
			yield bytes;
		}
	}

	try {
		const magic = Buffer.alloc(MAGIC_LENGTH);
		const {bytesRead} = await handle.read(magic, 0, MAGIC_LENGTH, position);
		return {
			compression: nameCompression(pkg, magic.subarray(0, bytesRead)),
			chunks: read(),
			async finish() {
				const rest = read();
				let isDone = false;
				while (!isDone) {
					isDone = (await rest.next()).done === true;
				}

				if (digest !== undefined && digest.digest('hex') !== expected?.value) {
					const problem = `the payload does not match its ${expected?.algorithm ?? ''}`;
					throw new RpmError('RPM_DIGEST_MISMATCH', problem, {package: pkg.path});
				}
			},
			close: () => handle.close(),
		};
	} catch (error) {
		await handle.close();
		throw error;
	}
}

/** The payload's own first bytes decide: many packages do not say, and some say wrong. */
function nameCompression(pkg: RpmPackage, start: Buffer): Compression {
	const detected = detectCompression(start);
	const isPlain = start.toString('latin1', 0, 5) === '07070';
	if (detected === 'none' && !isPlain) {
		const named = pkg.payload.compressor ?? 'nothing';
		throw new RpmError(
			'UNSUPPORTED_COMPRESSION',
			`its payload is compressed with something unknown (the header says ${named})`,
			{package: pkg.path},
		);
	}

	return detected;
}
