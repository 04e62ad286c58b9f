/**
 * A tar stream → its members, by a reader that refuses whatever a bundle has no use for.
 *
 * It understands what our writer and what GNU tar, bsdtar and busybox make of a bundle: ustar, pax
 * `path`, `linkpath` and `size` (POSIX.1-2017, pax), and GNU's long names and sparse files. Everything else is an
 * error and nothing is guessed: readers that skip what they do not understand disagree about what an
 * archive holds, and that disagreement is where attacks hide. A missing end mark is an error too.
 */
import {DynpkError} from '../errors/dynpk-error.js';
import type {Pieces} from './archive-entry.js';
import {makeByteReader, type ByteReader} from './byte-reader.js';
import {decodeName, type Refuse} from './decode-name.js';
import {readPaxRecords} from './pax-records.js';
import {checkedMap, readSparseExtension} from './sparse-header.js';
import {expanded, type SparseMap} from './sparse-map.js';
import {numberReader, readTarHeader, type RawHeader} from './tar-header-reader.js';

export interface TarMember {
	readonly kind: 'directory' | 'file' | 'symlink' | 'hardlink';
	readonly path: string;
	readonly mode: number;
	/** Whole seconds since 1970. */
	readonly mtime: number;
	readonly size: number;
	/** How many bytes the archive has of it: fewer than its size where it is sparse. */
	readonly stored: number;
	/** Where its contents begin in the archive. */
	readonly start: number;
	readonly target: string | undefined;
	/** To be read before the next member is asked for; what is left then is skipped. */
	readonly pieces: AsyncIterable<Buffer>;
}

/** What headers before a member say about it. */
interface Announced {
	readonly path?: string | undefined;
	readonly target?: string | undefined;
	readonly size?: number | undefined;
	readonly mtime?: number | undefined;
}

const BLOCK_SIZE = 512;
/** Two paths, and attributes as long as Linux has them. */
const LONGEST_EXTENSION = 256 << 10;
/** What headers before a member have on average at most, beyond what a few have. */
const EXTENSION_SHARE = 16 << 10;
/** More than any blocking factor in use pads to. */
const LONGEST_PADDING = 16 << 20;

/** @throws {DynpkError} ARCHIVE_INVALID, naming `subject` */
export async function* readTar(
	source: Pieces,
	subject: string,
): AsyncGenerator<TarMember, void, undefined> {
	const refuse = (reason: string): never => {
		throw new DynpkError('ARCHIVE_INVALID', `${subject}: ${reason}`);
	};
	const reader = makeByteReader(source);
	try {
		let announced: Announced = {};
		const before = new Set<string>();
		let left = 4 * LONGEST_EXTENSION;
		for (;;) {
			const block = await takeOr(reader, BLOCK_SIZE, refuse);
			const header = readTarHeader(block, refuse);
			if (header === undefined) {
				break;
			}
			if (header.kind === 'extension') {
				announced = {...announced, ...(await readExtension(reader, header, refuse))};
				left -= header.size;
				if (before.has(header.extension) || left < 0) {
					refuse('more headers than its members need');
				}
				before.add(header.extension);
				continue;
			}

			const map = await readMap(reader, header, refuse);
			const start = reader.position();
			yield* passMember(reader, {...describe(header, announced, refuse), start, map}, refuse);
			announced = {};
			before.clear();
			left += EXTENSION_SHARE;
		}

		if (before.size > 0) {
			refuse('a long name at its end belongs to nothing');
		}
		await expectPadding(reader, refuse);
	} finally {
		await reader.close();
	}
}

async function takeOr(reader: ByteReader, length: number, refuse: Refuse): Promise<Buffer> {
	return (await reader.take(length)) ?? refuse('truncated');
}

type Header<Kind extends RawHeader['kind']> = Extract<RawHeader, {kind: Kind}>;

async function readExtension(
	reader: ByteReader,
	header: Header<'extension'>,
	refuse: Refuse,
): Promise<Announced> {
	if (header.size > LONGEST_EXTENSION) {
		refuse(`a header of ${header.size} bytes`);
	}
	const bytes = await takeOr(reader, padded(header.size), refuse);
	const body = bytes.subarray(0, header.size);
	switch (header.extension) {
		case 'pax':
			return readPaxRecords(body, refuse);
		case 'gnu-path':
			return {path: withoutFinalNul(body, refuse)};
		case 'gnu-target':
			return {target: withoutFinalNul(body, refuse)};
	}
}

/** The rest of what says where a sparse file has data. */
async function readMap(
	reader: ByteReader,
	{sparse, size}: Header<'member'>,
	refuse: Refuse,
): Promise<SparseMap | undefined> {
	if (sparse === undefined) {
		return undefined;
	}

	const regions = [...sparse.regions];
	const readNumber = numberReader(refuse);
	for (let {isContinued} = sparse; isContinued;) {
		const block = await takeOr(reader, BLOCK_SIZE, refuse);
		isContinued = readSparseExtension(regions, block, {readNumber, refuse});
	}

	return checkedMap({size: sparse.size, regions}, size, refuse);
}

type Member = Omit<TarMember, 'pieces' | 'stored'> & {
	/** Where `size` bytes of the archive belong in the file; `undefined`: they are the file. */
	readonly map: SparseMap | undefined;
};

function describe(
	header: Header<'member'>,
	announced: Announced,
	refuse: Refuse,
): Omit<Member, 'start' | 'map'> {
	const path = announced.path ?? header.path;
	const size = announced.size ?? header.size;
	const target = announced.target ?? header.target;
	const kind = header.type;
	if (header.sparse !== undefined && announced.size !== undefined) {
		refuse(`${path}: a sparse file of two sizes`);
	}
	if (kind !== 'file' && size !== 0) {
		refuse(`${path}: a ${kind} with contents`);
	}
	const isLink = kind === 'symlink' || kind === 'hardlink';
	return {
		kind,
		path: kind === 'directory' ? path.replace(/\/$/u, '') : path,
		mode: header.mode,
		mtime: announced.mtime ?? header.mtime,
		size,
		target: isLink ? target : undefined,
	};
}

async function* passMember(
	reader: ByteReader,
	{map, ...member}: Member,
	refuse: Refuse,
): AsyncGenerator<TarMember, void, undefined> {
	let left = member.size;

	async function* contents(): AsyncGenerator<Buffer, void, undefined> {
		for await (const piece of reader.pieces(left)) {
			left -= piece.length;
			yield piece;
		}

		if (left > 0) {
			refuse(`truncated in ${member.path}`);
		}
	}

	const stored = member.size;
	yield map === undefined
		? {...member, stored, pieces: contents()}
		: {...member, stored, size: map.size, pieces: expanded(map, contents())};
	await skip(contents());
	await takeOr(reader, padded(member.size) - member.size, refuse);
}

async function skip(pieces: AsyncIterable<Buffer>): Promise<void> {
	const iterator = pieces[Symbol.asyncIterator]();
	while ((await iterator.next()).done !== true) {}
}

/** The second of the two empty blocks, then nothing that another reader could take for an entry. */
async function expectPadding(reader: ByteReader, refuse: Refuse): Promise<void> {
	const second = await takeOr(reader, BLOCK_SIZE, refuse);
	if (!isZero(second)) {
		refuse('has one empty block where two end an archive');
	}
	let length = 0;
	for (let piece = await reader.next(); piece !== undefined; piece = await reader.next()) {
		length += piece.length;
		if (!isZero(piece)) {
			refuse('has data behind its end');
		}
		if (length > LONGEST_PADDING) {
			refuse('has too much padding');
		}
	}
}

function isZero(bytes: Buffer): boolean {
	return bytes.every(byte => byte === 0);
}

function padded(size: number): number {
	return Math.ceil(size / BLOCK_SIZE) * BLOCK_SIZE;
}

function withoutFinalNul(bytes: Buffer, refuse: Refuse): string {
	const end = bytes.at(-1) === 0 ? bytes.length - 1 : bytes.length;
	return decodeName(bytes.subarray(0, end), refuse);
}
