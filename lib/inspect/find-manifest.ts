/** The manifest of a bundle, unpacked or in its archive; `undefined` for what is no bundle. */
import {closeSync, existsSync, openSync, readSync, statSync} from 'node:fs';
import {posix} from 'node:path';
import type {FileEntry} from '../archive/archive-entry.js';
import {readArchive} from '../archive/read-archive.js';
import {DynpkError} from '../errors/dynpk-error.js';
import type {BundleManifest} from '../manifest/manifest.js';
import {parseManifest, readManifest} from '../manifest/read-manifest.js';
import type {HostPath} from '../paths/paths.js';

/** @throws {DynpkError} MANIFEST_INVALID, ARCHIVE_INVALID */
export async function findManifest(path: HostPath): Promise<BundleManifest | undefined> {
	const status = statSync(path, {throwIfNoEntry: false});
	if (status?.isDirectory() === true) {
		const manifest = posix.join(path, 'dynpk.json');
		return existsSync(manifest) ? readManifest(manifest) : undefined;
	}

	return status?.isFile() === true && looksLikeArchive(path) ? await fromArchive(path) : undefined;
}

/** gzip, zstd, or the magic of a tar header. */
function looksLikeArchive(path: HostPath): boolean {
	const head = Buffer.alloc(512);
	const file = openSync(path, 'r');
	try {
		readSync(file, head, 0, head.length, 0);
	} finally {
		closeSync(file);
	}

	const start = head.readUInt32BE(0);
	return (
		start >>> 16 === 0x1f8b || start === 0x28b52ffd || head.toString('latin1', 257, 262) === 'ustar'
	);
}

/** The manifest is the archive's last entry, so all of it has to be read. */
async function fromArchive(archive: HostPath): Promise<BundleManifest> {
	for await (const entry of readArchive({archive})) {
		if (entry.kind === 'file' && /^[^/]+\/dynpk\.json$/u.test(entry.path)) {
			return parseManifest(await contents(entry), `${archive}: ${entry.path}`);
		}
	}

	throw new DynpkError('MANIFEST_INVALID', `${archive} holds no bundle: it has no dynpk.json`);
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
