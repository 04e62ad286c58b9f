/**
 * Take exact numbers of bytes from a stream that comes in pieces of any size.
 *
 * What `pieces` yields is a view into what the source gave; nothing is copied but the few bytes
 * of a header that lies across two pieces.
 */
import type {Pieces} from './archive-entry.js';

export interface ByteReader {
	/** Exactly `length` bytes, or `undefined` when the stream ends before them. */
	take(length: number): Promise<Buffer | undefined>;
	/** The next `length` bytes as they come. The generator returns early when the stream ends. */
	pieces(length: number): AsyncGenerator<Buffer, void, undefined>;
	/** Whatever comes next, or `undefined` at the end. */
	next(): Promise<Buffer | undefined>;
	/** How many bytes have been given out. */
	position(): number;
	close(): Promise<void>;
}

export function makeByteReader(source: Pieces): ByteReader {
	const iterator =
		Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
	let rest: Buffer = Buffer.alloc(0);
	let received = 0;

	async function next(): Promise<Buffer | undefined> {
		if (rest.length > 0) {
			const piece = rest;
			rest = Buffer.alloc(0);
			return piece;
		}

		for (;;) {
			const result: IteratorResult<Buffer, undefined> = await iterator.next();
			if (result.done === true) {
				return undefined;
			}
			if (result.value.length > 0) {
				received += result.value.length;
				return result.value;
			}
		}
	}

	return {
		next,
		position: () => received - rest.length,
		async take(length) {
			if (rest.length < length) {
				const parts: Buffer[] = [];
				for (let have = 0; have < length;) {
					const piece = await next();
					if (piece === undefined) {
						return undefined;
					}
					parts.push(piece);
					have += piece.length;
				}

				rest = Buffer.concat(parts);
			}

			const taken = rest.subarray(0, length);
			rest = rest.subarray(length);
			return taken;
		},
		async *pieces(length) {
			for (let left = length; left > 0;) {
				const piece = await next();
				if (piece === undefined) {
					return;
				}
				const part = piece.subarray(0, left);
				rest = piece.subarray(part.length);
				left -= part.length;
				yield part;
			}
		},
		async close() {
			await iterator.return?.();
		},
	};
}
