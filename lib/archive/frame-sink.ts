/**
 * The bytes of a tar archive → zstd frames, cut where entries end.
 *
 * A unit, which one process unpacks by itself, begins where an entry does: as soon as the frame before it
 * has {@link UNIT_SIZE}. Within an entry, a frame ends at {@link FRAME_SIZE}. The cuts depend on the archive
 * alone, and frames are written in order: the bytes are the same whatever the timing.
 */
import type {ByteSink} from './byte-sink.js';
import type {FrameEncoder} from './frame-encoder.js';
import type {RunFrame} from './run-file/run-index.js';

export interface FrameSink extends ByteSink {
	/** The next entry begins at this offset of the archive, which has not been written so far. */
	readonly entryBegins: (offset: number) => void;
	/** Complete after `end`. */
	readonly frames: readonly RunFrame[];
}

const UNIT_SIZE = 4 << 20;
const FRAME_SIZE = 8 << 20;

interface UnderWay {
	readonly frame: Omit<RunFrame, 'place' | 'size'>;
	readonly block: Buffer;
	readonly bytes: Promise<Buffer>;
}

export function makeFrameSink(output: ByteSink, encoder: FrameEncoder): FrameSink {
	const frames: RunFrame[] = [];
	const underWay: UnderWay[] = [];
	/** Where the entries begin that have not been reached. */
	const begins: number[] = [];
	let entriesBegun = 0;
	/** Blocks to be filled again: what the collector has not come to yet would be many frames' worth. */
	const free: Buffer[] = [];
	let block: Buffer = Buffer.allocUnsafeSlow(FRAME_SIZE);
	let filled = 0;
	let start = 0;
	let firstRow: number | undefined = 0;
	let written = 0;

	async function cut(): Promise<void> {
		if (underWay.length === encoder.width) {
			await writeOldest();
		}

		const bytes = encoder.encode(block.subarray(0, filled));
		// It is awaited in its turn; until then a failure must not count as unhandled.
		bytes.catch(() => undefined);
		underWay.push({frame: {start, plainSize: filled, firstRow}, block, bytes});
		block = free.pop() ?? Buffer.allocUnsafeSlow(FRAME_SIZE);
		start += filled;
		filled = 0;
		firstRow = undefined;
	}

	async function writeOldest(): Promise<void> {
		const oldest = underWay.shift();
		if (oldest !== undefined) {
			const bytes = await oldest.bytes;
			free.push(oldest.block);
			frames.push({...oldest.frame, place: written, size: bytes.length});
			written += bytes.length;
			await output.write(bytes);
		}
	}

	/** How far the next piece may go: to where an entry begins, or to the end of the block. */
	function room(): number {
		const [next] = begins;
		const left = FRAME_SIZE - filled;
		return next === undefined ? left : Math.min(left, next - (start + filled));
	}

	/** The entry that begins here, if one does, is reached. */
	function passBegin(): void {
		if (begins[0] === start + filled) {
			begins.shift();
			firstRow = filled === 0 ? entriesBegun : firstRow;
			entriesBegun += 1;
		}
	}

	function hasToCut(): boolean {
		return filled === FRAME_SIZE || (filled >= UNIT_SIZE && begins[0] === start + filled);
	}

	function put(bytes: Uint8Array): void {
		block.set(bytes, filled);
		filled += bytes.length;
	}

	async function writeInParts(bytes: Uint8Array): Promise<void> {
		for (let taken = 0; taken < bytes.length;) {
			if (hasToCut()) {
				await cut();
			}

			passBegin();
			const part = bytes.subarray(taken, taken + room());
			put(part);
			taken += part.length;
		}
	}

	/** Most are less than a frame takes. */
	function write(bytes: Uint8Array): Promise<void> | undefined {
		if (hasToCut()) {
			return writeInParts(bytes);
		}

		passBegin();
		if (bytes.length > room()) {
			return writeInParts(bytes);
		}

		put(bytes);
		return undefined;
	}

	return {
		frames,
		entryBegins: offset => void begins.push(offset),
		write,
		async end() {
			await cut();
			while (underWay.length > 0) {
				await writeOldest();
			}
		},
		abort() {
			underWay.length = 0;
			output.abort();
		},
	};
}
