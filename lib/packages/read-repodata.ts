/**
 * A repository with `repodata/`: the packages of its `primary` metadata, and on demand the files of
 * `filelists`.
 *
 * `repomd.xml` names each metadata file with its digest, which is checked. The packages' own files
 * are not opened.
 */
import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {open} from 'node:fs/promises';
import {posix} from 'node:path';
import {detectCompression, MAGIC_LENGTH} from '../decompress/compression.js';
import {decompress} from '../decompress/decompress.js';
import {DecompressError} from '../decompress/decompress-error.js';
import {DynpkError} from '../errors/dynpk-error.js';
import {bundlePath, hostPath, type HostPath} from '../paths/paths.js';
import type {PackageRecord} from './package-record.js';
import {makePrimaryHandler} from './primary-handler.js';
import {readXml} from './xml-events.js';

export interface MetadataFile {
	readonly path: HostPath;
	readonly checksum: {readonly algorithm: string; readonly value: string} | undefined;
}

/** The metadata files of a repository by type: `primary`, `filelists`, … */
export type RepositoryMetadata = ReadonlyMap<string, MetadataFile>;

/** @throws {DynpkError} PACKAGE_INDEX_INVALID */
export async function readRepomd(repository: HostPath): Promise<RepositoryMetadata> {
	const path = hostPath(posix.join(repository, 'repodata/repomd.xml'));
	const found = new Map<string, MetadataFile>();
	let type: string | undefined;
	let href: string | undefined;
	let algorithm: string | undefined;
	let value = '';
	await readXml(createReadStream(path), path, {
		open(name, attributes) {
			if (name === 'data') {
				[type, href, algorithm, value] = [attributes.get('type'), undefined, undefined, ''];
			} else if (name === 'location') {
				href = attributes.get('href');
			} else if (name === 'checksum') {
				algorithm = attributes.get('type');
			}
		},
		text(text) {
			value += algorithm === undefined || href !== undefined ? '' : text.trim();
		},
		close(name) {
			if (name === 'data' && type !== undefined && href !== undefined) {
				const checksum =
					algorithm === undefined
						? undefined
						: {algorithm: algorithm.replace(/^sha$/u, 'sha1'), value};
				found.set(type, {path: insideRepository(repository, href), checksum});
			}
		},
	});
	return found;
}

/** @throws {DynpkError} PACKAGE_INDEX_INVALID */
export async function readPrimary(
	repository: HostPath,
	metadata: RepositoryMetadata,
): Promise<readonly PackageRecord[]> {
	const file = metadata.get('primary');
	if (file === undefined) {
		throw new DynpkError('PACKAGE_INDEX_INVALID', `${repository}/repodata has no primary metadata`);
	}

	const records: PackageRecord[] = [];
	const handler = makePrimaryHandler(repository, record => records.push(record));
	await readXml(readMetadata(file), file.path, handler);
	return records;
}

/** Which packages (by the path of their file) have which of the `wanted` paths. */
export async function findInFilelists(
	metadata: RepositoryMetadata,
	wanted: ReadonlySet<string>,
): Promise<readonly {readonly path: string; readonly id: string}[]> {
	const file = metadata.get('filelists');
	if (file === undefined) {
		return [];
	}

	const found: {path: string; id: string}[] = [];
	let [name, arch, version, path] = ['', '', '', ''];
	await readXml(readMetadata(file), file.path, {
		open(element, attributes) {
			path = '';
			if (element === 'package') {
				[name, arch] = [attributes.get('name') ?? '', attributes.get('arch') ?? ''];
			} else if (element === 'version') {
				version = versionOf(attributes);
			}
		},
		text(text) {
			path += text;
		},
		close(element) {
			if (element === 'file' && wanted.has(path)) {
				found.push({path, id: `${name}-${version}.${arch}`});
			}
		},
	});
	return found;
}

/** `[EPOCH:]VERSION-RELEASE` of a `version` element; an epoch of 0 is none. */
export function versionOf(attributes: ReadonlyMap<string, string>): string {
	const epoch = attributes.get('epoch') ?? '0';
	const prefix = epoch === '0' || epoch === '' ? '' : `${epoch}:`;
	return `${prefix}${attributes.get('ver') ?? ''}-${attributes.get('rel') ?? ''}`;
}

/** A location of the metadata as a path that cannot leave the repository. */
export function insideRepository(repository: HostPath, href: string): HostPath {
	try {
		return hostPath(posix.join(repository, bundlePath(href)));
	} catch (cause) {
		throw new DynpkError('PACKAGE_INDEX_INVALID', `${repository}: ${href} leads out of it`, {
			cause,
		});
	}
}

/** The plain bytes of a metadata file; the file's digest is checked at their end. */
async function* readMetadata(file: MetadataFile): AsyncGenerator<Buffer> {
	const {path, checksum} = file;
	const digest = checksum && createHash(checksum.algorithm);
	async function* hashed(): AsyncGenerator<Buffer> {
		for await (const chunk of createReadStream(path, {highWaterMark: 1 << 18})) {
			digest?.update(chunk as Buffer);
			yield chunk as Buffer;
		}
	}

	try {
		yield* decompress(hashed(), await compressionOf(path));
	} catch (error) {
		throw error instanceof DecompressError
			? new DynpkError('PACKAGE_INDEX_INVALID', `${path}: ${error.message}`, {cause: error})
			: error;
	}

	if (digest !== undefined && digest.digest('hex') !== checksum?.value) {
		throw new DynpkError(
			'PACKAGE_INDEX_INVALID',
			`${path} does not match its checksum in repomd.xml`,
		);
	}
}

/** By the first bytes, not by the name. */
export async function compressionOf(path: HostPath) {
	const handle = await open(path, 'r');
	try {
		const start = Buffer.alloc(MAGIC_LENGTH);
		const {bytesRead} = await handle.read(start, 0, MAGIC_LENGTH, 0);
		return detectCompression(start.subarray(0, bytesRead));
	} finally {
		await handle.close();
	}
}
