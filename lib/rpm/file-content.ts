/** The bytes of one file out of the archive, with length and digest checked at their end. */
import {createHash} from 'node:crypto';
import type {ByteStream} from './byte-stream.js';
import type {RpmFile} from './file-list.js';
import type {RpmPackage} from './read-rpm.js';
import {RpmError} from './rpm-error.js';

/** Leaving its loop early does not end it: the rest is still read, and checked, afterwards. */
export interface CheckedContent extends AsyncIterable<Buffer> {
	next(): Promise<IteratorResult<Buffer, undefined>>;
}

const END = {done: true, value: undefined} as const;

/** @throws {RpmError} RPM_BAD_PAYLOAD, RPM_DIGEST_MISMATCH from its iteration. */
export function readContent(
	pkg: RpmPackage,
	file: RpmFile,
	algorithm: string | undefined,
	stream: ByteStream,
): CheckedContent {
	let left = file.kind === 'file' ? file.size : 0;
	let digest = file.digest === undefined ? undefined : startFileDigest(pkg, file, algorithm);

	async function next(): Promise<IteratorResult<Buffer, undefined>> {
		if (left === 0) {
			const found = digest?.digest('hex');
			digest = undefined;
			if (found !== undefined && found !== file.digest?.toLowerCase()) {
				const problem = `its content does not match its ${algorithm ?? 'digest'}`;
				throw new RpmError('RPM_DIGEST_MISMATCH', problem, at(pkg, file));
			}

			return END;
		}

		const value = await stream.takeSome(left);
		if (value === undefined) {
			throw new RpmError('RPM_BAD_PAYLOAD', 'the payload is truncated', at(pkg, file));
		}

		left -= value.length;
		digest?.update(value);
		return {done: false, value};
	}

	return {next, [Symbol.asyncIterator]: () => ({next})};
}

function startFileDigest(pkg: RpmPackage, file: RpmFile, algorithm: string | undefined) {
	// A digest of something that is no regular file was never computed over bytes.
	if (file.kind !== 'file') {
		return undefined;
	}

	if (algorithm === undefined) {
		const problem = `its digest algorithm ${pkg.fileDigestAlgorithm} is not known`;
		throw new RpmError('UNSUPPORTED_PACKAGE', problem, at(pkg, file));
	}

	return createHash(algorithm);
}

function at(pkg: RpmPackage, file: RpmFile) {
	return {package: pkg.path, entry: file.path};
}
