/**
 * The x86 ISA levels of a GNU property note (x86-64 psABI, "Program Property").
 *
 * A list of type, size and value, each padded to the width of the class, in ascending order of
 * type; the loader stops at the first one out of order or out of bounds (elf/dl-load.c,
 * sysdeps/x86/dl-prop.h), and so does this.
 */
import type {Decoder} from './decoder.js';

const GNU_PROPERTY_X86_ISA_1_NEEDED = 0xc000_8002;
const GNU_PROPERTY_X86_ISA_1_USED = 0xc001_0002;

export interface IsaLevels {
	readonly needed: number;
	readonly used: number;
}

export function decodeIsaLevels(decoder: Decoder, properties: Buffer): IsaLevels {
	const {width} = decoder;
	let needed = 0;
	let used = 0;
	let previous = 0;

	for (let at = 0; at + 8 <= properties.length;) {
		const type = decoder.word(properties, at);
		const size = decoder.word(properties, at + 4);
		if (type < previous || at + 8 + size > properties.length) {
			break;
		}

		if (type === GNU_PROPERTY_X86_ISA_1_NEEDED && size === 4) {
			needed = decoder.word(properties, at + 8);
		} else if (type === GNU_PROPERTY_X86_ISA_1_USED && size === 4) {
			used = decoder.word(properties, at + 8);
		}

		previous = type;
		at += 8 + Math.ceil(size / width) * width;
	}

	return {needed, used};
}
