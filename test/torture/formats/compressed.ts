/** Compressed streams, by the decoders inside this process: the programs have tests of their own. */
import {execFileSync} from 'node:child_process';
import {gzipSync} from 'node:zlib';
import {decompress} from '../../../lib/decompress/decompress.js';
import type {Compression} from '../../../lib/decompress/compression.js';
import {verdictOf, type Format} from '../lib/format.js';
import {isRefusal} from '../lib/refusals.js';

const plain = Buffer.from(Array.from({length: 400}, (_, line) => `line ${line * line}\n`).join(''));
/** What damage may make of it: a stream of gigabytes is a bomb, which its reader has to count. */
const ENOUGH = 64 << 20;

function packed(program: string, ...options: readonly string[]): Buffer {
	return execFileSync(program, ['-c', ...options], {input: plain});
}

export const format: Format = {
	name: 'compressed',
	inputsInCheck: 120,
	open: () => ({
		originals: [
			{name: 'gzip', bytes: gzipSync(plain)},
			{name: 'zstd', bytes: packed('zstd', '-q')},
			{name: 'xz', bytes: packed('xz', '--check=crc32')},
			{name: 'bzip2', bytes: packed('bzip2')},
		],
		attempt: (damaged, {name}) =>
			verdictOf(async () => {
				let length = 0;
				for await (const piece of decompress([damaged], name as Compression, {tools: 'never'})) {
					length += piece.length;
					if (length > ENOUGH) break;
				}
			}, isRefusal),
	}),
};
