/** Strings ended by NUL, each stored once, named by where it begins. */
import {DynpkError} from '../errors/dynpk-error.js';

/** Lives for one table: not a value of the domain. */
export class TextPool {
	readonly #chunks: Buffer[] = [];
	readonly #offsets = new Map<string, number>();
	#size = 0;

	/** @throws {DynpkError} USAGE for a string with a NUL byte. */
	offsetOf(text: string): number {
		const known = this.#offsets.get(text);
		if (known !== undefined) {
			return known;
		}

		if (text.includes('\0')) {
			throw new DynpkError('USAGE', `${text} holds a NUL byte, which no table can`);
		}

		const chunk = Buffer.from(`${text}\0`);
		const offset = this.#size;
		this.#chunks.push(chunk);
		this.#offsets.set(text, offset);
		this.#size += chunk.length;
		return offset;
	}

	/** All of it; ends with NUL, even when empty. */
	bytes(): Buffer {
		return Buffer.concat([...this.#chunks, Buffer.alloc(1)]);
	}
}
