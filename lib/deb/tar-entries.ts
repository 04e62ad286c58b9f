/** The members of a tar archive in a stream, with typed errors and refusals of what dpkg refuses. */
import {extract, type Header} from 'tar-stream';
import {Readable} from 'node:stream';
import {DebError} from './deb-error.js';

export interface TarEntry {
	readonly header: Header;
	/** Absolute, without `.` components; `/` for the top. */
	readonly path: string;
	/** To be iterated before the next entry is asked for, or not at all. */
	readonly content: AsyncIterable<Buffer>;
}

/** What may come between two files: long names, and what is read ahead. */
const HEADERS_LIMIT = 64 << 20;

/** @throws {DebError} DEB_INVALID, NAME_NOT_UTF8; errors of `chunks` pass unchanged. */
export async function* readTarEntries(
	chunks: AsyncIterable<Buffer>,
	origin: string,
): AsyncGenerator<TarEntry> {
	let sourceError: Error | undefined;
	const blame = (error: unknown): unknown => {
		if (sourceError !== undefined || error instanceof DebError) {
			return sourceError ?? error;
		}

		const reason = error instanceof Error ? error.message : String(error);
		return new DebError('DEB_INVALID', `damaged archive: ${reason}`, {
			package: origin,
			cause: error,
		});
	};

	let left = HEADERS_LIMIT;
	async function* watched(): AsyncGenerator<Buffer> {
		try {
			for await (const chunk of chunks) {
				left -= chunk.length;
				if (left < 0) {
					throw new DebError('DEB_INVALID', 'its archive has headers of no file', {
						package: origin,
					});
				}

				yield chunk;
			}
		} catch (error) {
			sourceError = error instanceof Error ? error : new Error(String(error));
			throw error;
		}
	}

	const archive = extract();
	const input = Readable.from(watched(), {objectMode: false});
	input.on('error', error => archive.destroy(error));
	input.pipe(archive);
	try {
		for await (const source of archive) {
			const {header} = source;
			const path = entryPath(header, origin);
			// tar-stream waits for ever for a member whose size it cannot read.
			if (!Number.isSafeInteger(header.size)) {
				throw new DebError('DEB_INVALID', 'its size is no number', {package: origin, entry: path});
			}

			// A directory may say any size and has no bytes: a stream of them would never end.
			const isEmpty = header.type === 'directory';
			const content = isEmpty
				? nothing()
				: blamed(source as unknown as AsyncIterable<Buffer>, blame);
			left = HEADERS_LIMIT + (isEmpty ? 0 : header.size);
			yield {header, path, content};
			source.resume();
		}
	} catch (error) {
		throw blame(error);
	} finally {
		input.destroy();
		archive.destroy();
	}
}

async function* nothing(): AsyncGenerator<Buffer> {
	// There is none.
}

/** Errors of the archive surface wherever bytes are asked for, in the caller's loop as well. */
async function* blamed(
	chunks: AsyncIterable<Buffer>,
	blame: (error: unknown) => unknown,
): AsyncGenerator<Buffer> {
	try {
		yield* chunks;
	} catch (error) {
		throw blame(error);
	}
}

function entryPath(header: Header, origin: string): string {
	const {name} = header;
	// Null for all but links, which the package's types leave out.
	const linkName = header.linkname as string | null;
	if (name.includes('\uFFFD') || linkName?.includes('\uFFFD') === true) {
		throw new DebError('NAME_NOT_UTF8', 'its name is not UTF-8', {package: origin, entry: name});
	}

	const parts = name.split('/').filter(part => part !== '' && part !== '.');
	if (parts.includes('..') || name.includes('\0')) {
		throw new DebError('DEB_INVALID', 'its path climbs out of the archive', {
			package: origin,
			entry: name,
		});
	}

	return `/${parts.join('/')}`;
}
