/**
 * The data archive of a package as a stream of files; memory does not grow with it.
 *
 * Each regular file that the package's `md5sums` lists must have that digest. Hard links name a
 * file that came before.
 */
import {createHash, type Hash} from 'node:crypto';
import {open} from 'node:fs/promises';
import type {Header} from 'tar-stream';
import type {DecompressOptions} from '../decompress/decompress.js';
import {DebError} from './deb-error.js';
import {decompressMember} from './member-compression.js';
import type {DebPackage} from './read-deb.js';
import {readTarEntries, type TarEntry} from './tar-entries.js';

export type DebFileKind =
	'file' | 'directory' | 'symlink' | 'hard-link' | 'character-device' | 'block-device' | 'fifo';

export interface DebEntry {
	/** Absolute. */
	readonly path: string;
	readonly kind: DebFileKind;
	/** Permission bits with set-id and sticky. */
	readonly mode: number;
	readonly size: number;
	/** Seconds since 1970. */
	readonly mtime: number;
	readonly owner: string;
	readonly group: string;
	/** The text of a symlink; of a hard link, the absolute path of the file it is. */
	readonly linkTarget: string | undefined;
	/** Bytes of a regular file, to be iterated once or not at all. */
	readonly content: AsyncIterable<Buffer>;
}

const kinds: Readonly<Record<string, DebFileKind>> = {
	file: 'file',
	'contiguous-file': 'file',
	directory: 'directory',
	symlink: 'symlink',
	link: 'hard-link',
	'character-device': 'character-device',
	'block-device': 'block-device',
	fifo: 'fifo',
};

const CHUNK_LENGTH = 256 * 1024;

/** @throws {DebError} DEB_INVALID, DEB_DIGEST_MISMATCH, NAME_NOT_UTF8, UNSUPPORTED_COMPRESSION */
export async function* readDebPayload(
	pkg: DebPackage,
	options: DecompressOptions = {},
): AsyncGenerator<DebEntry> {
	const plain = decompressMember(readMember(pkg), pkg.data, pkg.path, options);
	try {
		for await (const entry of readTarEntries(plain, pkg.path)) {
			const content = checkedContent(pkg, entry);
			yield makeEntry(pkg, entry, content);
			await drain(content);
		}
	} finally {
		await plain.return(undefined);
	}
}

async function drain(content: AsyncIterable<Buffer>): Promise<void> {
	const chunks = content[Symbol.asyncIterator]();
	let isDone = false;
	while (!isDone) {
		isDone = (await chunks.next()).done === true;
	}
}

async function* readMember(pkg: DebPackage): AsyncGenerator<Buffer> {
	const handle = await open(pkg.path, 'r');
	try {
		let position = pkg.data.offset;
		const end = position + pkg.data.size;
		while (position < end) {
			const length = Math.min(CHUNK_LENGTH, end - position);
			const chunk = Buffer.allocUnsafeSlow(length);
			const {bytesRead} = await handle.read(chunk, 0, length, position);
			if (bytesRead === 0) {
				throw new DebError('DEB_INVALID', 'truncated', {package: pkg.path, entry: pkg.data.name});
			}

			position += bytesRead;
			yield chunk.subarray(0, bytesRead);
		}
	} finally {
		await handle.close();
	}
}

function makeEntry(pkg: DebPackage, entry: TarEntry, content: AsyncIterable<Buffer>): DebEntry {
	const {header, path} = entry;
	const kind = kinds[header.type as string];
	if (kind === undefined) {
		throw new DebError('DEB_INVALID', 'an archive member of an unknown type', {
			package: pkg.path,
			entry: path,
		});
	}

	return {
		path,
		kind,
		mode: header.mode,
		size: kind === 'file' ? header.size : 0,
		mtime: Math.floor(header.mtime.getTime() / 1000),
		owner: header.uname,
		group: header.gname,
		linkTarget: linkTarget(header, kind),
		content,
	};
}

function linkTarget(header: Header, kind: DebFileKind): string | undefined {
	switch (kind) {
		case 'symlink':
			return header.linkname;
		case 'hard-link':
			return `/${header.linkname
				.split('/')
				.filter(part => part !== '' && part !== '.')
				.join('/')}`;
		default:
			return undefined;
	}
}

/** Leaving its loop early does not end it: the rest is still read, and checked, afterwards. */
function checkedContent(pkg: DebPackage, entry: TarEntry): AsyncIterable<Buffer> {
	const wanted = entry.header.type === 'file' ? pkg.md5sums.get(entry.path) : undefined;
	let digest: Hash | undefined = wanted === undefined ? undefined : createHash('md5');
	const chunks = entry.content[Symbol.asyncIterator]();

	async function next(): Promise<IteratorResult<Buffer, undefined>> {
		const result = await chunks.next();
		if (result.done !== true) {
			digest?.update(result.value);
			return {done: false, value: result.value};
		}

		const found = digest?.digest('hex');
		digest = undefined;
		if (found !== wanted && found !== undefined) {
			throw new DebError('DEB_DIGEST_MISMATCH', 'its content does not match its MD5', {
				package: pkg.path,
				entry: entry.path,
			});
		}

		return {done: true, value: undefined};
	}

	return {[Symbol.asyncIterator]: () => ({next})};
}
