/**
 * The payload of a package as a stream of files, each checked against the header.
 *
 * Nothing is held but the chunk in hand, so memory does not grow with the payload. A file counts
 * once its length and digest are right; the whole counts once every listed file has come, the
 * archive's trailer was there, the decompressor ended well and the payload's digest matches. The
 * iteration does not end before all of that is known.
 */
import {decompress, type DecompressOptions} from '../decompress/decompress.js';
import {DecompressError} from '../decompress/decompress-error.js';
import {makeByteStream, type ByteStream} from './byte-stream.js';
import {CpioProblem, paddingAfter, readMember, takeOrFail} from './cpio.js';
import {digestAlgorithm} from './digests.js';
import {readContent, type CheckedContent} from './file-content.js';
import type {RpmFile} from './file-list.js';
import {makeMemberTable} from './member-table.js';
import {openPayload} from './payload-source.js';
import type {RpmPackage} from './read-rpm.js';
import {RpmError} from './rpm-error.js';
import {refuseUnknownFeatures} from './rpmlib-features.js';

export interface PayloadEntry {
	readonly file: RpmFile;
	/** Further names of the same file. */
	readonly links: readonly RpmFile[];
	/**
	 * Bytes of a regular file, to be iterated once or not at all; nothing for all other kinds.
	 * The iteration throws when length or digest are wrong.
	 */
	readonly content: AsyncIterable<Buffer>;
}

const SYMLINK_LIMIT = 64 * 1024;
const FINAL_PADDING_LIMIT = 64 * 1024;

/**
 * Iterate over the files of a package's payload; ghosts are not among them.
 *
 * @throws {RpmError} RPM_BAD_PAYLOAD, RPM_DIGEST_MISMATCH, UNSUPPORTED_COMPRESSION,
 * UNSUPPORTED_PACKAGE
 */
export async function* readRpmPayload(
	pkg: RpmPackage,
	options: DecompressOptions = {},
): AsyncGenerator<PayloadEntry> {
	refuseUnknownFeatures(pkg);
	const source = await openPayload(pkg);
	const plain = blameDecoder(pkg, decompress(source.chunks, source.compression, options));
	try {
		yield* readArchive(pkg, makeByteStream(plain));
		await source.finish();
	} catch (error) {
		throw blamePackage(pkg, error);
	} finally {
		await plain.return(undefined);
		await source.close();
	}
}

async function* readArchive(pkg: RpmPackage, stream: ByteStream): AsyncGenerator<PayloadEntry> {
	const table = makeMemberTable(pkg);
	const algorithm = digestAlgorithm(pkg.fileDigestAlgorithm);
	for (;;) {
		const member = await readMember(stream);
		if (member.kind === 'trailer') {
			break;
		}

		const found = table.claim(member);
		if (!found.hasContent) {
			continue;
		}

		const {file, links} = found;
		if (file.kind === 'symlink') {
			await checkSymlink(pkg, file, stream);
		}

		const content = readContent(pkg, file, algorithm, stream);
		yield {file, links, content};
		await drain(content);
		await takeOrFail(stream, paddingAfter(contentLength(file)));
	}

	table.requireAll();
	await requireEnd(stream);
}

/** How many bytes of a file are in the archive. */
function contentLength(file: RpmFile): number {
	return file.kind === 'file' || file.kind === 'symlink' ? file.size : 0;
}

async function checkSymlink(pkg: RpmPackage, file: RpmFile, stream: ByteStream): Promise<void> {
	if (file.size > SYMLINK_LIMIT) {
		throw new RpmError('RPM_BAD_PAYLOAD', `a link text of ${file.size} bytes`, {
			package: pkg.path,
			entry: file.path,
		});
	}

	const text = await takeOrFail(stream, file.size);
	if (text.toString() !== file.linkTarget) {
		throw new RpmError('RPM_BAD_PAYLOAD', 'the payload links it elsewhere than the header', {
			package: pkg.path,
			entry: file.path,
		});
	}
}

async function drain(content: CheckedContent): Promise<void> {
	for (;;) {
		const {done} = await content.next();
		if (done === true) {
			return;
		}
	}
}

/** Some archivers fill up their last block with zeros; nothing else may follow the trailer. */
async function requireEnd(stream: ByteStream): Promise<void> {
	let length = 0;
	for (;;) {
		const chunk = await stream.takeSome(FINAL_PADDING_LIMIT);
		if (chunk === undefined) {
			return;
		}

		length += chunk.length;
		if (length > FINAL_PADDING_LIMIT || chunk.some(byte => byte !== 0)) {
			throw new CpioProblem('something follows the end of the archive');
		}
	}
}

/** Errors of the decoder surface wherever bytes are asked for, in the caller's loop as well. */
async function* blameDecoder(
	pkg: RpmPackage,
	chunks: AsyncGenerator<Buffer>,
): AsyncGenerator<Buffer> {
	try {
		yield* chunks;
	} catch (error) {
		if (!(error instanceof DecompressError)) {
			throw error;
		}

		const code = error.code === 'UNSUPPORTED' ? 'UNSUPPORTED_COMPRESSION' : 'RPM_BAD_PAYLOAD';
		throw new RpmError(code, error.message, {package: pkg.path, cause: error});
	}
}

function blamePackage(pkg: RpmPackage, error: unknown): unknown {
	return error instanceof CpioProblem
		? new RpmError('RPM_BAD_PAYLOAD', error.message, {package: pkg.path, cause: error})
		: error;
}
