/** The head of a `.run` file, held to what the file itself tells. */
import {DynpkError} from '../../errors/dynpk-error.js';
import {decodeRunHead, findRunHead, RUN_HEAD_SIZE, type RunHead} from './run-head.js';

/** What the file system says of it. */
export interface RunFileFacts {
	/** How messages call it. */
	readonly name: string;
	/** In bytes. */
	readonly size: number;
}

/**
 * The head of a `.run` file, given what it begins with; `undefined` in what is none.
 *
 * @throws {DynpkError} ARCHIVE_INVALID for one that was cut off, appended to or damaged
 */
export function readRunHead(start: Buffer, {name, size}: RunFileFacts): RunHead | undefined {
	const offset = findRunHead(start);
	if (offset === undefined) {
		return undefined;
	}

	const head = decodeRunHead(start.subarray(offset, offset + RUN_HEAD_SIZE));
	if (head === undefined) {
		throw new DynpkError('ARCHIVE_INVALID', `${name}: the head of a .run file is damaged`);
	}

	const {body, bodySize, index, indexSize} = head;
	const isWhole = body > 0 && body + bodySize === index && index + indexSize === size;
	if (!isWhole) {
		const expected = index + indexSize;
		const what = expected > size ? 'was cut off' : 'has something behind its end';
		throw new DynpkError(
			'ARCHIVE_INVALID',
			`${name} ${what}: of ${expected} bytes it has ${size}`,
			{
				hint: 'copy it again',
			},
		);
	}

	return head;
}
