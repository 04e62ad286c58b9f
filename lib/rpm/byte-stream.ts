/**
 * Exact reads from an async sequence of chunks, without copying what lies in one chunk.
 *
 * A short stream is reported by the caller, who knows what was being read: `undefined` here.
 */

export interface ByteStream {
	/** Exactly `length` bytes, or `undefined` when the stream ends before. */
	take(length: number): Promise<Buffer | undefined>;
	/** Some bytes, at least one and at most `limit`; `undefined` at the end. */
	takeSome(limit: number): Promise<Buffer | undefined>;
}

export function makeByteStream(chunks: AsyncIterator<Buffer>): ByteStream {
	let current: Buffer = Buffer.alloc(0);

	async function refill(): Promise<boolean> {
		while (current.length === 0) {
			const result = await chunks.next();
			if (result.done === true) {
				return false;
			}

			current = result.value;
		}

		return true;
	}

	function cut(length: number): Buffer {
		const bytes = current.subarray(0, length);
		current = current.subarray(length);
		return bytes;
	}

	return {
		async take(length) {
			if (length <= current.length) {
				return cut(length);
			}

			const bytes = Buffer.allocUnsafe(length);
			let filled = 0;
			while (filled < length) {
				if (!(await refill())) {
					return undefined;
				}

				const part = cut(Math.min(length - filled, current.length));
				bytes.set(part, filled);
				filled += part.length;
			}

			return bytes;
		},
		async takeSome(limit) {
			return (await refill()) ? cut(Math.min(limit, current.length)) : undefined;
		},
	};
}
