/** Which compression a package's member has, and how its decoder's complaints are reported. */
import type {Compression} from '../decompress/compression.js';
import {decompress, type DecompressOptions} from '../decompress/decompress.js';
import {DecompressError} from '../decompress/decompress-error.js';
import type {ArMember} from './ar.js';
import {DebError} from './deb-error.js';

const endings: Readonly<Record<string, Compression>> = {
	'': 'none',
	'.gz': 'gzip',
	'.xz': 'xz',
	'.zst': 'zstd',
	'.bz2': 'bzip2',
	'.lzma': 'lzma',
};

/** @throws {DebError} UNSUPPORTED_COMPRESSION */
function memberCompression(member: ArMember, path: string): Compression {
	const ending = /\.tar(.*)$/u.exec(member.name)?.[1] ?? '';
	const compression = endings[ending];
	if (compression === undefined) {
		throw new DebError('UNSUPPORTED_COMPRESSION', 'compressed with something unknown', {
			package: path,
			entry: member.name,
		});
	}

	return compression;
}

/** The plain bytes of a member; the decoder's complaints surface wherever bytes are asked for. */
export async function* decompressMember(
	source: AsyncIterable<Buffer>,
	member: ArMember,
	path: string,
	options: DecompressOptions,
): AsyncGenerator<Buffer> {
	try {
		yield* decompress(source, memberCompression(member, path), options);
	} catch (error) {
		if (!(error instanceof DecompressError)) {
			throw error;
		}

		const code = error.code === 'UNSUPPORTED' ? 'UNSUPPORTED_COMPRESSION' : 'DEB_INVALID';
		throw new DebError(code, error.message, {package: path, entry: member.name, cause: error});
	}
}
