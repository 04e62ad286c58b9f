/** Library caches in every layout and byte order, as ldconfig of one release or another wrote them. */

export interface CacheLine {
	readonly name: string;
	readonly path: string;
	readonly flags: number;
	readonly hwcap?: bigint;
	/** Puts the entry into a glibc-hwcaps subdirectory. */
	readonly level?: string;
}

export interface NewCacheOptions {
	readonly byteOrder?: 'little' | 'big';
	readonly generator?: string;
}

type ByteOrder = 'little' | 'big';

/** libc5 and glibc 2.0. */
export function writeOldCache(lines: readonly CacheLine[], byteOrder: ByteOrder): Buffer {
	const table = makeStrings(0);
	const entries = lines.map(({flags, name, path}) =>
		words(byteOrder, flags, table.add(name), table.add(path)),
	);
	return Buffer.concat([oldHeader(lines.length, byteOrder), ...entries, table.bytes()]);
}

/** glibc 2.2 to 2.31: the new table where the strings of the old one begin. */
export function writeCombinedCache(
	lines: readonly CacheLine[],
	byteOrder: ByteOrder,
	oldLines: readonly CacheLine[] = [],
): Buffer {
	const recent = writeNewCache(lines, {byteOrder});
	const gap = Buffer.alloc((8 - ((16 + oldLines.length * 12) % 8)) % 8);
	const table = makeStrings(gap.length + recent.length);
	const entries = oldLines.map(({flags, name, path}) =>
		words(byteOrder, flags, table.add(name), table.add(path)),
	);
	// The combined layout is older than the extension.
	recent.writeUInt32LE(0, 32);
	return Buffer.concat([
		oldHeader(oldLines.length, byteOrder),
		...entries,
		gap,
		recent,
		table.bytes(),
	]);
}

/** The default since glibc 2.32; with the extension of 2.33 where there is something to say. */
export function writeNewCache(lines: readonly CacheLine[], options: NewCacheOptions): Buffer {
	const {byteOrder = 'little', generator = 'test'} = options;
	const levels = [...new Set(lines.flatMap(({level}) => level ?? []))].sort();
	const table = makeStrings(48 + lines.length * 24);
	const entries = lines.map(({flags, name, path, hwcap = 0n, level}) => {
		const extended = level === undefined ? hwcap : (1n << 62n) | BigInt(levels.indexOf(level));
		const entry = [words(byteOrder, flags, table.add(name), table.add(path), 0)];
		return Buffer.concat([...entry, doubleWord(byteOrder, extended)]);
	});
	const indices = levels.map(level => table.add(level));
	const strings = table.bytes();
	const end = 48 + lines.length * 24 + strings.length;
	const extension = Math.ceil(end / 4) * 4;
	const data = extension + 8 + 2 * 16;
	return Buffer.concat([
		Buffer.from('glibc-ld.so.cache1.1'),
		words(byteOrder, lines.length, strings.length),
		Buffer.from([byteOrder === 'little' ? 2 : 3, 0, 0, 0]),
		words(byteOrder, extension, 0, 0, 0),
		...entries,
		strings,
		Buffer.alloc(extension - end),
		words(byteOrder, 0xeaa4_2174, 2),
		words(byteOrder, 1, 0, data, indices.length * 4),
		words(byteOrder, 0, 0, data + indices.length * 4, generator.length),
		words(byteOrder, ...indices),
		Buffer.from(generator),
	]);
}

function oldHeader(count: number, byteOrder: ByteOrder): Buffer {
	return Buffer.concat([Buffer.from('ld.so-1.7.0\0'), words(byteOrder, count)]);
}

function words(byteOrder: ByteOrder, ...values: readonly number[]): Buffer {
	const bytes = Buffer.alloc(values.length * 4);
	for (const [index, value] of values.entries()) {
		if (byteOrder === 'little') {
			bytes.writeUInt32LE(value, index * 4);
		} else {
			bytes.writeUInt32BE(value, index * 4);
		}
	}

	return bytes;
}

function doubleWord(byteOrder: ByteOrder, value: bigint): Buffer {
	const [low, high] = [Number(value & 0xffff_ffffn), Number(value >> 32n)];
	return byteOrder === 'little' ? words(byteOrder, low, high) : words(byteOrder, high, low);
}

interface Strings {
	add(text: string): number;
	bytes(): Buffer;
}

function makeStrings(start: number): Strings {
	const parts: Buffer[] = [];
	let at = start;
	return {
		add(text) {
			const index = at;
			parts.push(Buffer.from(`${text}\0`));
			at += Buffer.byteLength(text) + 1;
			return index;
		},
		bytes: () => Buffer.concat(parts),
	};
}
