/** The manifest of a bundle, unpacked or in its archive; `undefined` for what is no bundle. */
import {posix} from 'node:path';
import type {FileEntry} from '../archive/archive-entry.js';
import {readArchive} from '../archive/read-archive.js';
import {findRunHead, isElf, RUNNER_LIMIT} from '../archive/run-file/run-head.js';
import {DynpkError} from '../errors/dynpk-error.js';
import {MANIFEST_LIMIT, MANIFEST_NAME, type BundleManifest} from '../manifest/manifest.js';
import {parseManifest, readManifest} from '../manifest/read-manifest.js';
import {hostPath, type HostPath} from '../paths/paths.js';
import {readHead} from './read-head.js';

/** @throws {DynpkError} MANIFEST_INVALID, ARCHIVE_INVALID, PERMISSION, IO */
export async function findManifest(path: HostPath): Promise<BundleManifest | undefined> {
	const manifest = hostPath(posix.join(path, MANIFEST_NAME));
	if (readHead(manifest, 1) !== undefined) {
		return readManifest(manifest);
	}

	const head = readHead(path, HEAD_SIZE);
	return head !== undefined && (looksLikeArchive(head) || isRunFile(path, head))
		? await fromArchive(path)
		: undefined;
}

function isRunFile(path: HostPath, head: Buffer): boolean {
	const start = isElf(head) ? readHead(path, RUNNER_LIMIT) : undefined;
	return start !== undefined && findRunHead(start) !== undefined;
}

/** A tar header. */
const HEAD_SIZE = 512;

/** gzip, zstd, or the magic of a tar header. */
function looksLikeArchive(head: Buffer): boolean {
	const start = head.readUInt32BE(0);
	return (
		start >>> 16 === 0x1f8b || start === 0x28b52ffd || head.toString('latin1', 257, 262) === 'ustar'
	);
}

/** The manifest is the archive's last entry, so all of it has to be read. */
async function fromArchive(archive: HostPath): Promise<BundleManifest> {
	for await (const entry of readArchive({archive})) {
		if (entry.kind === 'file' && /^[^/]+\/dynpk\.json$/u.test(entry.path)) {
			if (entry.content.kind === 'pieces' && entry.content.size > MANIFEST_LIMIT) {
				throw new DynpkError(
					'MANIFEST_INVALID',
					`${archive}: ${entry.path} is too large for a manifest`,
				);
			}

			return parseManifest(await contents(entry), `${archive}: ${entry.path}`);
		}
	}

	throw new DynpkError(
		'MANIFEST_INVALID',
		`${archive} holds no bundle: it has no ${MANIFEST_NAME}`,
	);
}

async function contents({content}: FileEntry): Promise<Buffer> {
	const pieces: Buffer[] = [];
	if (content.kind === 'pieces') {
		for await (const piece of content.pieces) {
			pieces.push(piece);
		}
	} else if (content.kind === 'bytes') {
		pieces.push(content.bytes);
	}

	return Buffer.concat(pieces);
}
