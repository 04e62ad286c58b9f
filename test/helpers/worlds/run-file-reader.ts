/** A `.run` file read back by docs/run-file.md alone: its archive, and what its index says of it. */
import {execFileSync} from 'node:child_process';

export interface ReadRunFile {
	readonly tar: Buffer;
	readonly frames: readonly ReadFrame[];
	readonly rows: readonly ReadRow[];
}

export interface ReadFrame {
	readonly start: number;
	readonly plainSize: number;
	/** `undefined` for a frame that begins no unit. */
	readonly firstRow: number | undefined;
}

export interface ReadRow {
	readonly path: string;
	readonly kind: string;
	readonly mode: number;
	readonly target: string | undefined;
	readonly start: number;
	readonly size: number;
	readonly mtime: number;
	readonly sha256: string | undefined;
}

const kinds = ['', 'directory', 'file', 'symlink', 'hardlink'];

export function readRunFile(file: Buffer): ReadRunFile {
	const head = file.subarray(file.indexOf('DYNPKRN1'));
	const long = (from: Buffer, at: number): number => Number(from.readBigUInt64LE(at));
	const [body, bodySize, index, indexSize] = [8, 16, 24, 32].map(at => long(head, at));
	const plain = unzstd(file.subarray(index, index! + indexSize!));
	const [frameCount, rowCount, digestCount] = [8, 12, 16].map(at => plain.readUInt32LE(at));
	const rowsAt = 32 + 32 * frameCount!;
	const digestsAt = rowsAt + 48 * rowCount!;
	const textAt = digestsAt + 32 * digestCount!;
	const text = (offset: number): string =>
		plain.toString('utf8', textAt + offset, plain.indexOf(0, textAt + offset));
	const paths: string[] = [];
	const rows = Array.from({length: rowCount!}, (_, number): ReadRow => {
		const row = plain.subarray(rowsAt + 48 * number);
		const parent = row.readUInt32LE(0);
		const name = text(row.readUInt32LE(4));
		paths.push(number === 0 ? name : `${paths[parent]!}/${name}`);
		const kind = kinds[row.readUInt16LE(12)]!;
		const target = row.readUInt32LE(8);
		const digest = plain.subarray(digestsAt + 32 * row.readUInt32LE(40)).subarray(0, 32);
		return {
			path: paths[number]!,
			kind,
			mode: row.readUInt16LE(14),
			target: kind === 'symlink' ? text(target) : kind === 'hardlink' ? paths[target] : undefined,
			start: long(row, 16),
			size: long(row, 24),
			mtime: long(row, 32),
			sha256: kind === 'file' ? digest.toString('hex') : undefined,
		};
	});
	const frames = Array.from({length: frameCount!}, (_, number): ReadFrame => {
		const frame = plain.subarray(32 + 32 * number);
		return {
			start: long(frame, 0),
			plainSize: frame.readUInt32LE(20),
			firstRow: frame.readUInt32LE(28) === 1 ? frame.readUInt32LE(24) : undefined,
		};
	});
	return {tar: unzstd(file.subarray(body, body! + bodySize!)), frames, rows};
}

export function unzstd(bytes: Buffer): Buffer {
	return execFileSync('zstd', ['-dcq'], {input: bytes, maxBuffer: 2 ** 30});
}
