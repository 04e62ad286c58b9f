/**
 * Damage a good input: bits, bytes, numbers, cuts, and pieces that are moved or repeated.
 *
 * Pure: the same random numbers do the same damage, so that a seed and a number repeat an input.
 */
import type {Random} from '../../helpers/worlds/mutate.js';
import type {NumberField, Original} from './format.js';

const bytes = [0, 1, 0x0a, 0x20, 0x2f, 0x7f, 0x80, 0xff] as const;
/** Values on somebody's boundary; others are near the size of the input, or near what was there. */
const boundaries = [
	...[0n, 1n, 4n, 0x7fn, 0xffn, 0xfffn, 0x1000n, 0xffffn, 0x10000n],
	...[0x7fffffffn, 0x80000000n, 0xfffff000n, 0xffffffffn, 0x7fffffffffffffffn, 0xffffffffffffffffn],
] as const;
const PIECE = 256;

/** A copy with one to six changes. */
export function damage(original: Original, random: Random): Buffer {
	const {bytes: good, isOnlyCut = false, numbers = [], words = []} = original;
	const below = (limit: number): number => Math.floor(random() * limit);
	let damaged: Buffer = Buffer.from(good);
	if (isOnlyCut) return damaged.subarray(0, below(good.length));
	for (let change = 1 + below(6); change > 0; change--) {
		const choice = below(16);
		if (numbers.length > 0 && choice < 6) {
			setNumber(damaged, numbers[below(numbers.length)]!, below);
		} else if (words.length > 0 && choice < 6) {
			damaged = splice(damaged, Buffer.from(words[below(words.length)]!), below);
		} else {
			damaged = changeAnywhere(damaged, below);
		}
	}

	return damaged;
}

type Below = (limit: number) => number;

function changeAnywhere(damaged: Buffer, below: Below): Buffer {
	const at = below(damaged.length);
	switch (below(9)) {
		case 0:
		case 1:
			flipBit(damaged, at, below(8));
			return damaged;
		case 2:
			damaged.fill(bytes[below(bytes.length)]!, at, Math.min(at + 1, damaged.length));
			return damaged;
		case 3:
			damaged.fill(below(256), at, Math.min(at + 1 + below(16), damaged.length));
			return damaged;
		case 4:
			setNumber(damaged, {at: at - (at % 4), width: 4, order: anyOrder(below)}, below);
			return damaged;
		case 5:
			return below(4) === 0 ? damaged.subarray(0, at) : damaged;
		case 6:
			return splice(damaged, pieceOf(damaged, below), below);
		case 7:
			return Buffer.concat([damaged.subarray(0, at), damaged.subarray(at + below(PIECE))]);
		default:
			pieceOf(damaged, below).copy(damaged, at);
			return damaged;
	}
}

function anyOrder(below: Below): NumberField['order'] {
	return below(4) === 0 ? 'big' : 'little';
}

function flipBit(damaged: Buffer, at: number, bit: number): void {
	if (at < damaged.length) damaged[at] = damaged[at]! ^ (1 << bit);
}

/** A copy of a part. */
function pieceOf(damaged: Buffer, below: Below): Buffer {
	const from = below(damaged.length);
	return Buffer.from(damaged.subarray(from, from + 1 + below(PIECE)));
}

/** Put a piece in, or over what is there. */
function splice(damaged: Buffer, piece: Buffer, below: Below): Buffer {
	const at = below(damaged.length + 1);
	const rest = damaged.subarray(below(2) === 0 ? at : Math.min(at + piece.length, damaged.length));
	return Buffer.concat([damaged.subarray(0, at), piece, rest]);
}

function setNumber(damaged: Buffer, {at, width, order}: NumberField, below: Below): void {
	if (at + width > damaged.length) return;
	const field = damaged.subarray(at, at + width);
	const digits = order === 'little' ? Buffer.from(field).reverse() : field;
	const before = BigInt(`0x${digits.toString('hex')}`);
	const value = newNumber(before, damaged.length, below);
	const written = Buffer.from(
		BigInt.asUintN(8 * width, value)
			.toString(16)
			.padStart(2 * width, '0'),
		'hex',
	);
	(order === 'little' ? written.reverse() : written).copy(field);
}

function newNumber(before: bigint, size: number, below: Below): bigint {
	switch (below(5)) {
		case 0:
			return BigInt(size) + BigInt(below(64) - 32);
		case 1:
			return before + BigInt(below(16) - 8);
		case 2:
			return before ^ (1n << BigInt(below(32)));
		case 3:
			return BigInt(below(size + 1));
		default:
			return boundaries[below(boundaries.length)]!;
	}
}
