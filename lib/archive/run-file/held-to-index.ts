/**
 * The members of the archive in a `.run` file, each held to the index's row: the runner, which reads the
 * index, and we, who read the archive, make the same tree.
 */
import {DynpkError} from '../../errors/dynpk-error.js';
import type {Pieces} from '../archive-entry.js';
import type {TarMember} from '../tar-reader.js';
import type {RunHead} from './run-head.js';
import {INDEX_LIMIT, readIndexRows} from './run-index.js';

/** @throws {DynpkError} ARCHIVE_INVALID where the two tell of different things */
export async function* heldToIndex<Member extends Omit<TarMember, 'pieces'>>(
	members: AsyncIterable<Member>,
	index: Pieces,
	head: Pick<RunHead, 'indexPlainSize' | 'entries'>,
	archive: string,
): AsyncGenerator<Member, void, undefined> {
	const refuse = (what: string): never => {
		throw new DynpkError('ARCHIVE_INVALID', `${archive}: ${what}`, {hint: 'pack it again'});
	};
	const rows = readIndexRows(await wholeOf(index, head.indexPlainSize, refuse), refuse);
	for await (const member of members) {
		const {value: row, done} = rows.next();
		if (done === true) {
			return refuse(`${member.path} is not in its index`);
		}

		const isFile = member.kind === 'file';
		const isSame =
			row.path === member.path &&
			row.kind === member.kind &&
			row.target === member.target &&
			(member.kind === 'symlink' || member.kind === 'hardlink' || row.mode === member.mode) &&
			// The runner takes the bytes as they lie there, and knows no sparse files.
			(!isFile ||
				(row.start === member.start &&
					row.size === member.size &&
					member.stored === member.size)) &&
			row.mtime === member.mtime;
		if (!isSame) {
			return refuse(`its index tells of another ${member.path} than its archive has`);
		}

		yield member;
	}

	if (rows.next().done !== true) {
		refuse('its index tells of more than its archive has');
	}
}

async function wholeOf(
	pieces: Pieces,
	size: number,
	refuse: (what: string) => never,
): Promise<Buffer> {
	const parts: Buffer[] = [];
	let left = size > INDEX_LIMIT ? -1 : size;
	for await (const piece of pieces) {
		left -= piece.length;
		if (left < 0) {
			break;
		}

		parts.push(piece);
	}

	return left === 0
		? Buffer.concat(parts)
		: refuse('its index has another size than its head says');
}
