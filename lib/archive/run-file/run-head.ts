/**
 * The head of a `.run` file: where body and index lie, and what they hold, as the runner reads it.
 *
 * A block in the runner's data, which is zero as the runner is built. docs/run-file.md has the layout;
 * `struct run_head` of wrappers/run reads it.
 */
export interface RunHead {
	/** Offsets and sizes in bytes, of the file. */
	readonly body: number;
	readonly bodySize: number;
	readonly index: number;
	readonly indexSize: number;
	readonly indexPlainSize: number;
	/** Of all files' contents. */
	readonly bytes: number;
	readonly entries: number;
	readonly frames: number;
	/** Of those below the top, in bytes. */
	readonly longestPath: number;
	readonly largestFrame: number;
	/** In lower-case hexadecimal. */
	readonly id: string;
	/** `undefined` for a bundle without programs. */
	readonly entry: string | undefined;
	readonly name: string;
}

export const RUN_HEAD_SIZE = 768;
/** The runner ends here at the latest. */
export const RUNNER_LIMIT = 1 << 20;

const MAGIC = Buffer.from('DYNPKRN1');
const [ID, ENTRY, NAME, CHECK] = [72, 104, 360, 764];
const TEXT_SIZE = 256;
const ALIGNMENT = 16;

export function isElf(start: Buffer): boolean {
	return start.length > 4 && start.readUInt32BE(0) === 0x7f454c46;
}

/** Where the head lies in what a file begins with; `undefined` in what is neither runner nor `.run` file. */
export function findRunHead(start: Buffer): number | undefined {
	const offset = isElf(start) ? start.subarray(0, RUNNER_LIMIT).indexOf(MAGIC) : -1;
	const isInside = offset > 0 && offset + RUN_HEAD_SIZE <= start.length;
	return isInside && offset % ALIGNMENT === 0 ? offset : undefined;
}

/** @throws {RangeError} for a text that has no room */
export function encodeRunHead(head: RunHead): Buffer {
	const block = Buffer.alloc(RUN_HEAD_SIZE);
	MAGIC.copy(block);
	[head.body, head.bodySize, head.index, head.indexSize, head.indexPlainSize, head.bytes].forEach(
		(value, index) => block.writeBigUInt64LE(BigInt(value), 8 + 8 * index),
	);
	[head.entries, head.frames, head.longestPath, head.largestFrame].forEach((value, index) =>
		block.writeUInt32LE(value, 56 + 4 * index),
	);
	block.write(head.id, ID, 'hex');
	writeText(block, ENTRY, head.entry ?? '');
	writeText(block, NAME, head.name);
	block.writeUInt32LE(checkOf(block), CHECK);
	return block;
}

/** The head in a block that begins with its magic; `undefined` where its sum is another. */
export function decodeRunHead(block: Buffer): RunHead | undefined {
	if (block.readUInt32LE(CHECK) !== checkOf(block)) {
		return undefined;
	}

	const long = (offset: number): number => Number(block.readBigUInt64LE(offset));
	return {
		body: long(8),
		bodySize: long(16),
		index: long(24),
		indexSize: long(32),
		indexPlainSize: long(40),
		bytes: long(48),
		entries: block.readUInt32LE(56),
		frames: block.readUInt32LE(60),
		longestPath: block.readUInt32LE(64),
		largestFrame: block.readUInt32LE(68),
		id: block.toString('hex', ID, ENTRY),
		entry: textAt(block, ENTRY) || undefined,
		name: textAt(block, NAME),
	};
}

function writeText(block: Buffer, offset: number, text: string): void {
	if (Buffer.byteLength(text) >= TEXT_SIZE) {
		throw new RangeError(`${text} is too long for the head of a .run file`);
	}

	block.write(text, offset);
}

function textAt(block: Buffer, offset: number): string {
	const end = block.indexOf(0, offset);
	return block.toString('utf8', offset, Math.min(end, offset + TEXT_SIZE));
}

/** FNV-1a of the words before it. */
function checkOf(block: Buffer): number {
	let sum = 2166136261;
	for (let at = 0; at < CHECK; at += 4) {
		sum = Math.imul(sum ^ block.readUInt32LE(at), 16777619) >>> 0;
	}

	return sum;
}
