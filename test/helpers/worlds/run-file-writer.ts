/**
 * Write `.run` files from literal worlds by docs/run-file.md, without lib/: every number can be made a
 * lie before it is written. Frames are made by the zstd program.
 */
import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {rawMember} from './tar-writer.js';

export interface RunEntry {
	/** Below the top. */
	readonly path: string;
	readonly body?: Buffer | string;
	/** Of a symbolic link. */
	readonly target?: string;
	/** Of a hard link: the path of a file before it. */
	readonly sameAs?: string;
	readonly mode?: number;
}

export interface RunWorld {
	/** In the order of the archive; entries with none of body, target and sameAs are directories. */
	readonly entries: readonly RunEntry[];
	readonly entry?: string;
	readonly name?: string;
	/** A frame ends behind an entry at this many bytes, within one at the second. */
	readonly cuts?: readonly [number, number];
	/** Makes another id of the same entries. */
	readonly salt?: string;
}

export interface Row {
	parent: number;
	name: string;
	/** Of a symbolic link its text, of a hard link a row. */
	target: string | number;
	kind: number;
	mode: number;
	start: number;
	size: number;
	time: number;
	digest: number;
	zero: number;
}

export interface Frame {
	plainStart: number;
	start: number;
	plain: Buffer;
	packed: Buffer;
	size: number;
	plainSize: number;
	firstRow: number;
	flags: number;
}

/** What is written, and can be edited before. */
export interface RunParts {
	head: {
		magic: string;
		body: number;
		bodySize: number;
		index: number;
		indexSize: number;
		indexPlain: number;
		bytes: number;
		entries: number;
		frames: number;
		longest: number;
		largest: number;
		id: Buffer;
		entry: string;
		name: string;
		zero: number;
	};
	index: {magic: string; frames: number; rows: number; digests: number; zero: number};
	frames: Frame[];
	rows: Row[];
	digests: Buffer[];
	/** Put behind the text. */
	tail: Buffer;
}

export const rowKinds = Object.freeze({directory: 1, file: 2, symlink: 3, hardLink: 4});

const headSize = 768;

/** The bytes of the file: `runner` with `world` behind it, lying as the edits say. */
export function writeRunFile(
	runner: string,
	world: RunWorld,
	edit: (parts: RunParts) => void = () => undefined,
	editIndex: (plain: Buffer) => Buffer = plain => plain,
): Buffer {
	const parts = describeWorld(world);
	const prebuilt = readFileSync(runner);
	const {head} = parts;
	head.body = Math.ceil(prebuilt.length / 4096) * 4096;
	head.bodySize = parts.frames.reduce((sum, frame) => sum + frame.packed.length, 0);
	edit(parts);
	const plain = editIndex(encodeIndex(parts));
	const index = packFrame(plain);
	const place = (field: 'index' | 'indexSize' | 'indexPlain', value: number): void => {
		if (head[field] === 0) head[field] = value;
	};
	place('index', head.body + head.bodySize);
	place('indexSize', index.length);
	place('indexPlain', plain.length);
	const front = Buffer.alloc(Math.ceil(prebuilt.length / 4096) * 4096);
	prebuilt.copy(front);
	encodeHead(head).copy(front, findHead(prebuilt));
	return Buffer.concat([front, ...parts.frames.map(frame => frame.packed), index]);
}

export function findHead(file: Buffer): number {
	const at = file.indexOf('DYNPKRN1');
	if (at % 16 !== 0 || file.indexOf('DYNPKRN1', at + 1) !== -1) {
		throw new Error('the head is not where it should be');
	}

	return at;
}

const packedFrames = new Map<string, Buffer>();

/** One zstd frame with its size and a checksum. */
export function packFrame(plain: Buffer): Buffer {
	const digest = createHash('sha256').update(plain).digest('hex');
	const known = packedFrames.get(digest);
	if (known !== undefined) return known;
	const {stdout, status} = spawnSync(
		'zstd',
		['-q', '-c', '-3', '--check', `--stream-size=${plain.length}`],
		{input: plain, maxBuffer: 1 << 30},
	);
	if (status !== 0) throw new Error('zstd failed');
	packedFrames.set(digest, stdout);
	return stdout;
}

/** Make the sum of a changed head right. */
export function settleHead(file: Buffer): Buffer {
	const at = findHead(file);
	file.writeUInt32LE(sumWords(file.subarray(at, at + headSize - 4)), at + headSize - 4);
	return file;
}

function sumWords(bytes: Buffer): number {
	let sum = 2166136261;
	for (let at = 0; at < bytes.length; at += 4) {
		sum = Math.imul(sum ^ bytes.readUInt32LE(at), 16777619) >>> 0;
	}

	return sum;
}

interface Cutter {
	readonly frames: Frame[];
	readonly cuts: readonly [number, number];
	readonly pending: Buffer[];
	pendingSize: number;
	/** Of the archive, up to the pending bytes. */
	plain: number;
	packed: number;
	flags: number;
	firstRow: number;
}

function describeWorld(world: RunWorld): RunParts {
	const {name = 'bundle', cuts = [1 << 20, 4 << 20]} = world;
	const rows: Row[] = [directoryRow(0, name)];
	const digests: Buffer[] = [];
	const numbers = new Map([['', 0]]);
	const cutter: Cutter = {
		...{frames: [], cuts, pending: [], pendingSize: 0, plain: 0, packed: 0},
		...{flags: 1, firstRow: 0},
	};
	addBytes(cutter, rawMember({name: `${name}/`, type: '5'}));
	for (const entry of world.entries) {
		endEntry(cutter, rows.length);
		const at = entry.path.lastIndexOf('/');
		const parent = numbers.get(entry.path.slice(0, Math.max(at, 0)))!;
		const own = entry.path.slice(at + 1);
		numbers.set(entry.path, rows.length);
		rows.push(describeEntry(entry, {parent, name: own, numbers, digests, cutter, top: name}));
	}

	addBytes(cutter, Buffer.alloc(1024));
	endFrame(cutter);
	const paths = world.entries.map(entry => Buffer.byteLength(entry.path));
	const id = createHash('sha256')
		.update(JSON.stringify([world.salt, rows]))
		.digest();
	return {
		head: {
			...{magic: 'DYNPKRN1', body: 0, bodySize: 0, index: 0, indexSize: 0, indexPlain: 0},
			bytes: rows.reduce((sum, row) => sum + row.size, 0),
			entries: rows.length,
			frames: cutter.frames.length,
			longest: paths.reduce((longest, length) => Math.max(longest, length), 0),
			largest: Math.max(...cutter.frames.map(frame => frame.plainSize)),
			...{id, entry: world.entry ?? '', name, zero: 0},
		},
		index: {
			...{magic: 'DYNPKIX1', frames: cutter.frames.length, rows: rows.length},
			...{digests: digests.length, zero: 0},
		},
		...{frames: cutter.frames, rows, digests, tail: Buffer.alloc(1)},
	};
}

function directoryRow(parent: number, name: string, mode = 0o755): Row {
	const nothing = {target: 0, start: 0, size: 0, digest: 0, zero: 0};
	return {...nothing, parent, name, kind: rowKinds.directory, mode, time: 1};
}

interface Context {
	readonly parent: number;
	readonly name: string;
	readonly numbers: ReadonlyMap<string, number>;
	readonly digests: Buffer[];
	readonly cutter: Cutter;
	readonly top: string;
}

function describeEntry(entry: RunEntry, context: Context): Row {
	const {cutter, digests, numbers} = context;
	const name = `${context.top}/${entry.path}`;
	const row = directoryRow(context.parent, context.name, entry.mode);
	if (entry.target !== undefined) {
		addBytes(cutter, rawMember({name, type: '2', target: entry.target}));
		return {...row, kind: rowKinds.symlink, target: entry.target, mode: 0o777, time: 0};
	}

	if (entry.sameAs !== undefined) {
		addBytes(cutter, rawMember({name, type: '1', target: `${context.top}/${entry.sameAs}`}));
		return {...row, kind: rowKinds.hardLink, target: numbers.get(entry.sameAs)!, time: 0};
	}

	if (entry.body === undefined) {
		addBytes(cutter, rawMember({name: `${name}/`, type: '5'}));
		return row;
	}

	const body = Buffer.from(entry.body);
	const start = cutter.plain + cutter.pendingSize + 512;
	addBytes(cutter, rawMember({name, body}));
	digests.push(createHash('sha256').update(body).digest());
	const digest = digests.length - 1;
	return {...row, kind: rowKinds.file, mode: entry.mode ?? 0o644, start, size: body.length, digest};
}

function addBytes(cutter: Cutter, bytes: Buffer): void {
	let rest = bytes;
	while (cutter.pendingSize + rest.length > cutter.cuts[1]) {
		const room = cutter.cuts[1] - cutter.pendingSize;
		cutter.pending.push(rest.subarray(0, room));
		cutter.pendingSize += room;
		rest = rest.subarray(room);
		endFrame(cutter);
		cutter.flags = 0;
		cutter.firstRow = 0;
	}

	cutter.pending.push(rest);
	cutter.pendingSize += rest.length;
}

function endEntry(cutter: Cutter, nextRow: number): void {
	if (cutter.pendingSize >= cutter.cuts[0]) {
		endFrame(cutter);
		cutter.flags = 1;
		cutter.firstRow = nextRow;
	}
}

function endFrame(cutter: Cutter): void {
	const plain = Buffer.concat(cutter.pending);
	const packed = packFrame(plain);
	cutter.frames.push({
		...{plainStart: cutter.plain, start: cutter.packed, plain, packed},
		...{size: packed.length, plainSize: plain.length},
		...{firstRow: cutter.firstRow, flags: cutter.flags},
	});
	cutter.plain += plain.length;
	cutter.packed += packed.length;
	cutter.pending.length = 0;
	cutter.pendingSize = 0;
}

function encodeHead(head: RunParts['head']): Buffer {
	const bytes = Buffer.alloc(headSize);
	bytes.write(head.magic, 0, 'latin1');
	const wide = [head.body, head.bodySize, head.index, head.indexSize, head.indexPlain, head.bytes];
	for (const [at, value] of wide.entries()) bytes.writeBigUInt64LE(BigInt(value), 8 + 8 * at);
	const narrow = [head.entries, head.frames, head.longest, head.largest];
	for (const [at, value] of narrow.entries()) bytes.writeUInt32LE(value, 56 + 4 * at);
	head.id.copy(bytes, 72);
	bytes.write(head.entry, 104);
	bytes.write(head.name, 360);
	bytes.writeUInt32LE(head.zero, 616);
	bytes.writeUInt32LE(sumWords(bytes.subarray(0, -4)), headSize - 4);
	return bytes;
}

function encodeIndex({index, frames, rows, digests, tail}: RunParts): Buffer {
	const texts: Buffer[] = [];
	let textSize = 0;
	const place = (text: string): number => {
		const bytes = Buffer.from(`${text}\0`, 'latin1');
		texts.push(bytes);
		textSize += bytes.length;
		return textSize - bytes.length;
	};
	const encodedRows = rows.map(row => {
		const bytes = Buffer.alloc(48);
		const target = typeof row.target === 'string' ? place(row.target) : row.target;
		for (const [at, value] of [row.parent, place(row.name), target].entries()) {
			bytes.writeUInt32LE(value, 4 * at);
		}

		bytes.writeUInt16LE(row.kind, 12);
		bytes.writeUInt16LE(row.mode, 14);
		for (const [at, value] of [row.start, row.size, row.time].entries()) {
			bytes.writeBigUInt64LE(BigInt(value), 16 + 8 * at);
		}

		bytes.writeUInt32LE(row.digest, 40);
		bytes.writeUInt32LE(row.zero, 44);
		return bytes;
	});
	const text = Buffer.concat([...texts, tail]);
	const head = Buffer.alloc(32);
	head.write(index.magic, 0, 'latin1');
	for (const [at, value] of [
		...[index.frames, index.rows, index.digests, text.length, index.zero],
	].entries()) {
		head.writeUInt32LE(value, 8 + 4 * at);
	}

	return Buffer.concat([head, ...frames.map(encodeFrame), ...encodedRows, ...digests, text]);
}

function encodeFrame(frame: Frame): Buffer {
	const bytes = Buffer.alloc(32);
	bytes.writeBigUInt64LE(BigInt(frame.plainStart), 0);
	bytes.writeBigUInt64LE(BigInt(frame.start), 8);
	const words = [frame.size, frame.plainSize, frame.firstRow, frame.flags];
	for (const [at, value] of words.entries()) bytes.writeUInt32LE(value, 16 + 4 * at);
	return bytes;
}
