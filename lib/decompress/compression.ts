/** The compressions that package payloads and repository indices use, and how each begins. */

export type Compression = 'none' | 'gzip' | 'bzip2' | 'lzma' | 'xz' | 'zstd';

/** A compressed stream, in pieces of any size. */
export type CompressedBytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** As many bytes as `detectCompression` looks at. */
export const MAGIC_LENGTH = 13;

const magics: readonly (readonly [Compression, readonly number[]])[] = [
	['gzip', [0x1f, 0x8b]],
	['bzip2', [0x42, 0x5a, 0x68]],
	['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
	['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
];

/** Name the compression of a stream from its first bytes; `none` when it starts like none of them. */
export function detectCompression(start: Uint8Array): Compression {
	for (const [compression, magic] of magics) {
		if (magic.every((byte, index) => start[index] === byte)) {
			return compression;
		}
	}

	return looksLikeLzma(start) ? 'lzma' : 'none';
}

// LZMA-alone has no magic: a properties byte (0x5d for every encoder in use), a dictionary size
// that is a power of two or the sum of two neighbouring ones, and a length or all ones.
function looksLikeLzma(start: Uint8Array): boolean {
	if (start.length < MAGIC_LENGTH || start[0] !== 0x5d) {
		return false;
	}

	const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
	const dictionary = view.getUint32(1, true);
	const lowest = dictionary & -dictionary;
	const rest = dictionary - lowest;
	const plausible = lowest >= 4096 && (rest === 0 || rest === lowest * 2);
	const length = view.getBigUint64(5, true);
	return plausible && (length === 0xffff_ffff_ffff_ffffn || length < 1n << 40n);
}
