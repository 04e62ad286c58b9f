/** Damage bytes in a way that a seed reproduces. */

export type Random = () => number;

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function seededRandom(seed: number): Random {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

const interesting = [0, 1, 0x7f, 0x80, 0xff] as const;

/** A copy with up to four changes: a bit, a byte, a big number, a cut or a repetition. */
export function mutate(original: Buffer, random: Random, from = 0): Buffer {
	const below = (limit: number): number => Math.floor(random() * limit);
	let bytes = Buffer.from(original);
	for (let change = 1 + below(4); change > 0; change--) {
		const at = from + below(Math.max(1, bytes.length - from - 8));
		switch (below(6)) {
			case 0:
				bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
				break;
			case 1:
				bytes[at] = interesting[below(interesting.length)] ?? 0;
				break;
			case 2:
				bytes.writeUInt32BE(
					below(2) === 0 ? 0xffffffff : below(2 ** 32),
					Math.min(at, bytes.length - 4),
				);
				break;
			case 3:
				bytes = bytes.subarray(0, at);
				break;
			case 4:
				bytes = Buffer.concat([
					bytes.subarray(0, at),
					bytes.subarray(at - below(Math.min(at, 64))),
				]);
				break;
			default:
				bytes[at] = below(256);
		}

		if (bytes.length < from + 16) {
			break;
		}
	}

	return bytes;
}
