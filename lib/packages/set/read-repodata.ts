/**
 * A repository with `repodata/`: the packages of its `primary` metadata, and on demand the files of
 * `filelists`.
 *
 * `repomd.xml` names each metadata file with its digest, which is checked. The packages' own files
 * are not opened.
 */
import {createHash} from 'node:crypto';
import {posix} from 'node:path';
import {decompress} from '../../decompress/decompress.js';
import {DecompressError} from '../../decompress/decompress-error.js';
import {DynpkError, errnoOf} from '../../errors/dynpk-error.js';
import {hostPath, type HostPath} from '../../paths/paths.js';
import {openIndex} from './open-index.js';
import type {PackageRecord} from './package-record.js';
import {makePrimaryHandler} from './primary-handler.js';
import {compressionOf, insideRepository, versionOf} from './repository-metadata.js';
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
	let draft = new Map<'type' | 'href' | 'algorithm' | 'value', string>();
	let text = '';
	await readXml(openIndex(path), path, {
		open(name, attributes) {
			text = '';
			if (name === 'data') {
				draft = new Map([['type', attributes.get('type') ?? '']]);
			} else if (name === 'location') {
				draft.set('href', attributes.get('href') ?? '');
			} else if (name === 'checksum') {
				draft.set('algorithm', attributes.get('type') ?? '');
			}
		},
		text(part) {
			text += part;
		},
		close(name) {
			if (name === 'checksum') {
				draft.set('value', text.trim());
			} else if (name === 'data') {
				found.set(draft.get('type') ?? '', makeMetadataFile(repository, draft));
			}
		},
	});
	return found;
}

/** createrepo's names; it once called SHA-1 `sha`. */
const algorithms: Readonly<Record<string, string>> = {
	sha: 'sha1',
	sha1: 'sha1',
	sha224: 'sha224',
	sha256: 'sha256',
	sha384: 'sha384',
	sha512: 'sha512',
	md5: 'md5',
};

function makeMetadataFile(
	repository: HostPath,
	draft: ReadonlyMap<'type' | 'href' | 'algorithm' | 'value', string>,
): MetadataFile {
	const path = insideRepository(repository, draft.get('href') ?? '');
	const named = draft.get('algorithm');
	if (named === undefined) {
		return {path, checksum: undefined};
	}

	const algorithm = algorithms[named];
	if (algorithm === undefined) {
		throw new DynpkError('PACKAGE_INDEX_INVALID', `${repository}: unknown checksum type ${named}`);
	}

	return {path, checksum: {algorithm, value: draft.get('value') ?? ''}};
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

/** The plain bytes of a metadata file; the file's digest is checked at their end. */
async function* readMetadata(file: MetadataFile): AsyncGenerator<Buffer> {
	const {path, checksum} = file;
	const digest = checksum && createHash(checksum.algorithm);
	async function* hashed(): AsyncGenerator<Buffer> {
		for await (const chunk of openIndex(path)) {
			digest?.update(chunk as Buffer);
			yield chunk as Buffer;
		}
	}

	try {
		yield* decompress(hashed(), compressionOf(path));
	} catch (error) {
		if (errnoOf(error) === 'ENOENT') {
			const index = posix.join(posix.dirname(path), 'repomd.xml');
			const message = `${index} lists ${path}, which is not there`;
			throw new DynpkError('PACKAGE_INDEX_INVALID', message, {cause: error});
		}

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
