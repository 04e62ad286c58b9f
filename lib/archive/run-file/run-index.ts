/**
 * The index of a `.run` file: what the runner makes of the body, and where in it, without reading
 * a tar header. docs/run-file.md has the layout.
 */
import type {ArchiveEntry, FileDigests} from '../archive-entry.js';

/** A zstd frame of the body. */
export interface RunFrame {
	/** Offset of its plain bytes in the archive. */
	readonly start: number;
	readonly plainSize: number;
	/** Offset in the body. */
	readonly place: number;
	readonly size: number;
	/** Of a frame that begins a unit, the number of the first entry in it. */
	readonly firstRow: number | undefined;
}

/** An entry and where its contents lie in the archive. */
export interface RunRow {
	readonly entry: Pick<ArchiveEntry, 'kind' | 'path'> & {
		readonly mode?: number;
		readonly target?: string;
	};
	/** Seconds since 1970. */
	readonly mtime: number;
	/** Of a file; 0 for others. */
	readonly start: number;
	readonly size: number;
}

/** In bytes; the runner takes no more. */
export const INDEX_LIMIT = 256 << 20;

const MAGIC = 'DYNPKIX1';
const [HEAD_SIZE, FRAME_SIZE, ROW_SIZE, DIGEST_SIZE] = [32, 32, 48, 32];
const BEGINS_UNIT = 1;
const kinds = {directory: 1, file: 2, symlink: 3, hardlink: 4} as const;

export function encodeRunIndex(
	frames: readonly RunFrame[],
	rows: readonly RunRow[],
	digests: FileDigests,
): Buffer {
	const texts = new Texts();
	const digestPieces: Buffer[] = [];
	const frameBlock = Buffer.alloc(frames.length * FRAME_SIZE);
	frames.forEach((frame, number) => writeFrame(frameBlock, number * FRAME_SIZE, frame));
	const rowBlock = Buffer.alloc(rows.length * ROW_SIZE);
	const numbers = new Map<string, number>();
	rows.forEach(({entry, mtime, start, size}, number) => {
		const at = number * ROW_SIZE;
		const slash = entry.path.lastIndexOf('/');
		rowBlock.writeUInt32LE(numbers.get(entry.path.slice(0, Math.max(slash, 0))) ?? 0, at);
		rowBlock.writeUInt32LE(texts.add(entry.path.slice(slash + 1)), at + 4);
		rowBlock.writeUInt32LE(targetOf(entry, texts, numbers), at + 8);
		rowBlock.writeUInt16LE(kinds[entry.kind], at + 12);
		rowBlock.writeUInt16LE(entry.mode ?? 0, at + 14);
		rowBlock.writeBigUInt64LE(BigInt(start), at + 16);
		rowBlock.writeBigUInt64LE(BigInt(size), at + 24);
		rowBlock.writeBigInt64LE(BigInt(mtime), at + 32);
		const digest = entry.kind === 'file' ? digests.get(entry.path) : undefined;
		if (digest !== undefined) {
			rowBlock.writeUInt32LE(digestPieces.length, at + 40);
			digestPieces.push(Buffer.from(digest.sha256, 'hex'));
		}

		numbers.set(entry.path, number);
	});
	const text = texts.bytes();
	const head = Buffer.alloc(HEAD_SIZE);
	head.write(MAGIC);
	[frames.length, rows.length, digestPieces.length, text.length].forEach((value, index) =>
		head.writeUInt32LE(value, 8 + 4 * index),
	);
	return Buffer.concat([head, frameBlock, rowBlock, ...digestPieces, text]);
}

function writeFrame(block: Buffer, at: number, frame: RunFrame): void {
	block.writeBigUInt64LE(BigInt(frame.start), at);
	block.writeBigUInt64LE(BigInt(frame.place), at + 8);
	block.writeUInt32LE(frame.size, at + 16);
	block.writeUInt32LE(frame.plainSize, at + 20);
	block.writeUInt32LE(frame.firstRow ?? 0, at + 24);
	block.writeUInt32LE(frame.firstRow === undefined ? 0 : BEGINS_UNIT, at + 28);
}

function targetOf(
	{kind, target = ''}: RunRow['entry'],
	texts: Texts,
	numbers: ReadonlyMap<string, number>,
): number {
	switch (kind) {
		case 'symlink':
			return texts.add(target);
		case 'hardlink':
			return numbers.get(target) ?? 0;
		case 'directory':
		case 'file':
			return 0;
	}
}

/** What a row says of an entry. */
export interface ReadRow {
	readonly path: string;
	readonly kind: ArchiveEntry['kind'];
	readonly mode: number;
	readonly mtime: number;
	readonly target: string | undefined;
	readonly start: number;
	readonly size: number;
}

/**
 * The rows of an index, in order. Calls `refuse`, which throws, for what leads out of its bounds; whether
 * the tree of the rows may be made, is not asked here.
 */
export function* readIndexRows(
	index: Buffer,
	refuse: (what: string) => never,
): Generator<ReadRow, void, undefined> {
	if (index.length < HEAD_SIZE || index.toString('latin1', 0, MAGIC.length) !== MAGIC) {
		return refuse('its index is none');
	}

	const [frames = 0, rows = 0, digests = 0, textSize = 0] = [8, 12, 16, 20].map(at =>
		index.readUInt32LE(at),
	);
	const rowsAt = HEAD_SIZE + frames * FRAME_SIZE;
	const textAt = rowsAt + rows * ROW_SIZE + digests * DIGEST_SIZE;
	if (textAt + textSize !== index.length || index.at(-1) !== 0) {
		return refuse('its index is not of the size that it says');
	}

	const text = (offset: number): string =>
		offset < textSize
			? index.toString('utf8', textAt + offset, index.indexOf(0, textAt + offset))
			: refuse('a name in its index lies outside');
	const paths: string[] = [];
	for (let number = 0; number < rows; number++) {
		const row = index.subarray(rowsAt + number * ROW_SIZE, rowsAt + (number + 1) * ROW_SIZE);
		const kind = kindNames.get(row.readUInt16LE(12)) ?? refuse('its index has an entry of no kind');
		const name = text(row.readUInt32LE(4));
		const parent = paths[row.readUInt32LE(0)];
		const path = number === 0 ? name : `${parent ?? refuse('an entry lies in none')}/${name}`;
		paths.push(path);
		yield {
			path,
			kind,
			mode: row.readUInt16LE(14),
			mtime: Number(row.readBigInt64LE(32)),
			target: readTarget(kind, row.readUInt32LE(8), {text, paths}),
			start: Number(row.readBigUInt64LE(16)),
			size: Number(row.readBigUInt64LE(24)),
		};
	}
}

const kindNames: ReadonlyMap<number, ArchiveEntry['kind']> = new Map(
	Object.entries(kinds).map(([name, number]) => [number, name as ArchiveEntry['kind']]),
);

function readTarget(
	kind: ArchiveEntry['kind'],
	target: number,
	{text, paths}: {readonly text: (offset: number) => string; readonly paths: readonly string[]},
): string | undefined {
	switch (kind) {
		case 'symlink':
			return text(target);
		case 'hardlink':
			return paths[target];
		case 'directory':
		case 'file':
			return undefined;
	}
}

/** Strings end to end, each once. */
class Texts {
	readonly #offsets = new Map<string, number>();
	readonly #pieces: Buffer[] = [];
	#size = 0;

	add(text: string): number {
		const known = this.#offsets.get(text);
		if (known !== undefined) {
			return known;
		}

		const offset = this.#size;
		const piece = Buffer.from(`${text}\0`);
		this.#pieces.push(piece);
		this.#size += piece.length;
		this.#offsets.set(text, offset);
		return offset;
	}

	bytes(): Buffer {
		return Buffer.concat(this.#pieces);
	}
}
