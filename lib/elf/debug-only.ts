/**
 * Tell a file of debug information apart from a damaged object.
 *
 * eu-strip keeps the program headers of the object it split, whose contents are elsewhere: they
 * lead nowhere, or into debug information. Only the sections say so: all code in them has type
 * SHT_NOBITS. Asked when decoding fails, so that ordinary objects are never read to their end.
 */
import type {Decoder} from './decoder.js';
import type {FileBytes} from './file-bytes.js';

const SHT_NOBITS = 8;
const SHF_ALLOC = 2n;
const SHF_EXECINSTR = 4n;

/** Whether the sections that hold a program's code are all without contents. */
export function isDebugOnly(file: FileBytes, decoder: Decoder): boolean {
	const {width} = decoder;
	const afterFlags = 28 + 3 * width;
	const {bytes: header} = file.at(0, afterFlags + 12, 'the ELF header');
	const offset = decoder.extent(header, 24 + 2 * width, 'e_shoff');
	const size = decoder.half(header, afterFlags + 6);
	const count = decoder.half(header, afterFlags + 8);
	if (size !== 16 + 6 * width || count === 0 || offset + count * size > file.size) {
		return false;
	}

	const {bytes, at: start} = file.at(offset, count * size, 'the section header table');
	const flagsOfCode = SHF_ALLOC | SHF_EXECINSTR;
	let withoutContents = false;
	for (let at = start; at < start + count * size; at += size) {
		if ((decoder.address(bytes, at + 8) & flagsOfCode) === flagsOfCode) {
			if (decoder.word(bytes, at + 4) !== SHT_NOBITS) {
				return false;
			}

			withoutContents = true;
		}
	}

	return withoutContents;
}
