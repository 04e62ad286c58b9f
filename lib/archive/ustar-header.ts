/**
 * The header of a file that has room for all there is to say (POSIX.1-2017, pax, "ustar Interchange Format").
 *
 * Byte for byte what tar-stream makes, without a stream for each file, which costs more than all else about
 * a small one. What has no room, or a name that is not ASCII, is left to tar-stream.
 */
import type {TarHeader} from './tar-header.js';

/** `undefined` for what has no room; good until the next header is made. */
export type MakeUstarHeader = (header: TarHeader) => Buffer | undefined;

const BLOCK_SIZE = 512;
const NAME_SIZE = 100;
const PREFIX_SIZE = 155;
const LARGEST_SIZE = 8 ** 11 - 1;
/** Where the fields begin that differ from file to file. */
const at = {mode: 100, size: 124, mtime: 136, checksum: 148, prefix: 345} as const;

/** Of files that belong to root. */
export function makeUstarHeaders(): MakeUstarHeader {
	const template = makeTemplate();
	const block = Buffer.alloc(BLOCK_SIZE);
	return ({name: path, mode, size = 0, mtime, pax}) => {
		const parts = splitName(path);
		if (parts === undefined || pax || mode === undefined || !mtime || size > LARGEST_SIZE) {
			return undefined;
		}

		block.set(template);
		block.write(parts.name, 0, 'latin1');
		block.write(parts.prefix, at.prefix, 'latin1');
		block.write(octal(mode, 6), at.mode, 'latin1');
		block.write(octal(size, 11), at.size, 'latin1');
		block.write(octal(mtime.getTime() / 1000, 11), at.mtime, 'latin1');
		block.write(`${octal(sumOf(block), 6)}\0`, at.checksum, 'latin1');
		return block;
	};
}

function makeTemplate(): Buffer {
	const block = Buffer.alloc(BLOCK_SIZE);
	for (const owner of [108, 116]) {
		block.write(octal(0, 6), owner, 'latin1');
	}

	// What the checksum is taken with in its own place.
	block.fill(' ', at.checksum, at.checksum + 8);
	block.write('0', 156, 'latin1');
	block.write('ustar\0' + '00', 257, 'latin1');
	for (const device of [329, 337]) {
		block.write(octal(0, 6), device, 'latin1');
	}

	return block;
}

/** Digits, a blank and a NUL, or a blank alone where the field ends with it. */
function octal(value: number, digits: number): string {
	return `${value.toString(8).padStart(digits, '0')} `;
}

const NOT_ASCII = /[^\u0000-\u007f]/u;

/** Before a slash: as few names as leave a rest that has room. */
function splitName(path: string): {readonly prefix: string; readonly name: string} | undefined {
	if (NOT_ASCII.test(path)) {
		return undefined;
	}

	if (path.length <= NAME_SIZE) {
		return {prefix: '', name: path};
	}

	const slash = path.indexOf('/', path.length - NAME_SIZE - 1);
	return slash === -1 || slash > PREFIX_SIZE
		? undefined
		: {prefix: path.slice(0, slash), name: path.slice(slash + 1)};
}

function sumOf(block: Buffer): number {
	let sum = 0;
	for (const byte of block) {
		sum += byte;
	}

	return sum;
}
