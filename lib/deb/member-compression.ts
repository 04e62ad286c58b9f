/** Which compression a package's member has, and how its decoder's complaints are reported. */
import type {Compression} from '../decompress/compression.js';
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
export function memberCompression(member: ArMember, path: string): Compression {
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

export function blameMember(error: unknown, path: string, member: ArMember): unknown {
	if (!(error instanceof DecompressError)) {
		return error;
	}

	const code = error.code === 'UNSUPPORTED' ? 'UNSUPPORTED_COMPRESSION' : 'DEB_INVALID';
	return new DebError(code, error.message, {package: path, entry: member.name, cause: error});
}
