/**
 * RPM files written byte by byte, for what rpmbuild refuses to make: packages of rpm 3, and
 * packages with one field wrong. Digests are right unless a test says otherwise.
 */
import {createHash} from 'node:crypto';

export type TagValue =
	| {readonly type: 'int16' | 'int32' | 'int64'; readonly values: readonly number[]}
	| {readonly type: 'string'; readonly values: readonly [string]}
	| {readonly type: 'strings' | 'i18n'; readonly values: readonly string[]}
	| {readonly type: 'binary'; readonly values: readonly [Buffer]};

export type TagList = ReadonlyMap<number, TagValue>;

export interface WrittenFile {
	readonly path: string;
	readonly content?: string | Buffer;
	readonly mode?: number;
	readonly linkTarget?: string;
	readonly flags?: number;
	readonly inode?: number;
	/** What the header claims instead of the content's own. */
	readonly digest?: string;
	readonly size?: number;
	/** What the archive calls it instead of `./path`. */
	readonly archiveName?: string;
	/** Listed, but left out of the archive. */
	readonly isAbsent?: boolean;
}

export interface WrittenRpm {
	readonly name?: string;
	readonly version?: string;
	readonly release?: string;
	readonly arch?: string;
	readonly files?: readonly WrittenFile[];
	readonly requires?: readonly string[];
	readonly provides?: readonly string[];
	/** Old file names and no regions, like rpm 3. */
	readonly format?: 3 | 4;
	/** Further tags, or others in place of the usual ones; `undefined` leaves one out. */
	readonly tags?: Readonly<Record<number, TagValue | undefined>>;
	readonly signatureTags?: Readonly<Record<number, TagValue | undefined>>;
	/** What stands behind the region of the signature header, and of the main one. */
	readonly signatureAdded?: TagList;
	readonly added?: TagList;
	/** Instead of the archive of `files`. */
	readonly payload?: Buffer;
	/** Applied to the archive before it is hashed. */
	readonly compress?: (archive: Buffer) => Buffer;
}

const LEAD_LENGTH = 96;
const typeNumbers = {int16: 3, int32: 4, int64: 5, string: 6, binary: 7, strings: 8, i18n: 9};

export function writeRpm(spec: WrittenRpm): Buffer {
	const isOld = spec.format === 3;
	const archive = spec.payload ?? writeArchive(spec.files ?? [], isOld);
	const payload = spec.compress === undefined ? archive : spec.compress(archive);
	const header = writeHeader(mainTags(spec, payload), isOld ? undefined : 63, spec.added);
	const body = Buffer.concat([header, payload]);
	const signature = writeHeader(
		signatureTags(spec, header, body, isOld),
		isOld ? undefined : 62,
		spec.signatureAdded,
	);
	const padding = Buffer.alloc((8 - (signature.length % 8)) % 8);
	return Buffer.concat([writeLead(isOld), signature, padding, body]);
}

function writeLead(isOld: boolean): Buffer {
	const lead = Buffer.alloc(LEAD_LENGTH);
	lead.writeUInt32BE(0xedabeedb, 0);
	lead.writeUInt8(3, 4);
	lead.writeUInt16BE(1, 8);
	lead.write('made-by-a-test', 10);
	lead.writeUInt16BE(1, 76);
	lead.writeUInt16BE(5, 78);
	lead.writeUInt8(isOld ? 1 : 0, 5);
	return lead;
}

const text = (value: string): TagValue => ({type: 'string', values: [value]});
const texts = (values: readonly string[]): TagValue => ({type: 'strings', values});
const int32 = (values: readonly number[]): TagValue => ({type: 'int32', values});
const int16 = (values: readonly number[]): TagValue => ({type: 'int16', values});

function mainTags(spec: WrittenRpm, payload: Buffer): TagList {
	const tags = new Map<number, TagValue>([
		[100, texts(['C'])],
		[1000, text(spec.name ?? 'made')],
		[1001, text(spec.version ?? '1')],
		[1002, text(spec.release ?? '1')],
		[1004, {type: 'i18n', values: ['made by a test']}],
		[1005, {type: 'i18n', values: ['Made by a test.']}],
		[1006, int32([1700000000])],
		[1009, int32([1])],
		[1014, text('none')],
		[1021, text('linux')],
		[1022, text(spec.arch ?? 'noarch')],
		[1044, text('made-1-1.src.rpm')],
		[1124, text('cpio')],
		[1125, text('gzip')],
		[5092, texts([createHash('sha256').update(payload).digest('hex')])],
		[5093, int32([8])],
		[5011, int32([spec.format === 3 ? 1 : 8])],
		...fileTags(spec.files ?? [], spec.format === 3),
		...dependencyTags(spec.requires ?? [], 1049, 1048, 1050),
		...dependencyTags(spec.provides ?? [], 1047, 1112, 1113),
	]);
	if (spec.format === 3) {
		[5092, 5093, 5011].forEach(tag => tags.delete(tag));
	}

	return override(tags, spec.tags);
}

function fileTags(files: readonly WrittenFile[], isOld: boolean): readonly [number, TagValue][] {
	if (files.length === 0) {
		return [];
	}

	const directories = [...new Set(files.map(file => directoryOf(file.path)))];
	const names: readonly [number, TagValue][] = isOld
		? [[1027, texts(files.map(({path}) => path))]]
		: [
				[1116, int32(files.map(({path}) => directories.indexOf(directoryOf(path))))],
				[1117, texts(files.map(({path}) => path.slice(path.lastIndexOf('/') + 1)))],
				[1118, texts(directories)],
			];
	return [
		...names,
		[1028, int32(files.map(file => file.size ?? contentOf(file).length))],
		[1030, int16(files.map(modeOf))],
		[1033, int16(files.map(() => 0))],
		[1034, int32(files.map(() => 1700000000))],
		[1035, texts(files.map(file => file.digest ?? digestOf(file, isOld)))],
		[1036, texts(files.map(file => file.linkTarget ?? ''))],
		[1037, int32(files.map(file => file.flags ?? 0))],
		[1039, texts(files.map(() => 'root'))],
		[1040, texts(files.map(() => 'root'))],
		[1045, int32(files.map(() => 0xffffffff))],
		[1095, int32(files.map(() => 1))],
		[1096, int32(files.map((file, index) => file.inode ?? index + 1))],
		[1097, texts(files.map(() => ''))],
	];
}

function directoryOf(path: string): string {
	return path.slice(0, path.lastIndexOf('/') + 1);
}

function modeOf(file: WrittenFile): number {
	return file.mode ?? (file.linkTarget === undefined ? 0o100644 : 0o120777);
}

function contentOf(file: WrittenFile): Buffer {
	return Buffer.from(file.linkTarget ?? file.content ?? '');
}

function digestOf(file: WrittenFile, isOld: boolean): string {
	return (modeOf(file) & 0o170000) === 0o100000
		? createHash(isOld ? 'md5' : 'sha256')
				.update(contentOf(file))
				.digest('hex')
		: '';
}

const senses: Readonly<Record<string, number>> = {'<': 2, '>': 4, '=': 8, '<=': 10, '>=': 12};

function dependencyTags(
	list: readonly string[],
	name: number,
	flags: number,
	version: number,
): readonly [number, TagValue][] {
	if (list.length === 0) {
		return [];
	}

	const parsed = list.map(item => {
		const match = /^([^(]\S*) (<=|>=|<|>|=) (\S+)$/u.exec(item);
		return {name: match?.[1] ?? item, sense: senses[match?.[2] ?? ''] ?? 0, evr: match?.[3] ?? ''};
	});
	return [
		[name, texts(parsed.map(item => item.name))],
		[flags, int32(parsed.map(item => item.sense))],
		[version, texts(parsed.map(item => item.evr))],
	];
}

function signatureTags(spec: WrittenRpm, header: Buffer, body: Buffer, isOld: boolean): TagList {
	const tags = new Map<number, TagValue>([
		[1000, int32([body.length])],
		[1004, {type: 'binary', values: [createHash('md5').update(body).digest()]}],
	]);
	if (!isOld) {
		tags.set(269, text(createHash('sha1').update(header).digest('hex')));
		tags.set(273, text(createHash('sha256').update(header).digest('hex')));
	}

	return override(tags, spec.signatureTags);
}

function override(
	tags: Map<number, TagValue>,
	changes: Readonly<Record<number, TagValue | undefined>> = {},
): TagList {
	for (const [tag, value] of Object.entries(changes)) {
		if (value === undefined) {
			tags.delete(Number(tag));
		} else {
			tags.set(Number(tag), value);
		}
	}

	return tags;
}

/** One header structure, its tags in order, with a region around `tags` where one is named. */
export function writeHeader(
	tags: TagList,
	region: number | undefined,
	added: TagList = new Map(),
): Buffer {
	const index: Buffer[] = [];
	const parts: Buffer[] = [];
	let length = 0;
	const write = (list: TagList): void => {
		for (const [tag, value] of [...list].sort(([a], [b]) => a - b)) {
			const bytes = encode(value);
			const alignment = alignments[value.type];
			const padding = (alignment - (length % alignment)) % alignment;
			parts.push(Buffer.alloc(padding), bytes);
			const count = value.type === 'binary' ? bytes.length : value.values.length;
			index.push(indexEntry(tag, typeNumbers[value.type], length + padding, count));
			length += padding + bytes.length;
		}
	};

	write(tags);
	if (region !== undefined) {
		index.unshift(indexEntry(region, 7, length, 16));
		parts.push(indexEntry(region, 7, -index.length * 16, 16));
		length += 16;
	}

	write(added);
	const intro = Buffer.alloc(16);
	intro.writeUInt32BE(0x8eade801, 0);
	intro.writeUInt32BE(index.length, 8);
	intro.writeUInt32BE(length, 12);
	return Buffer.concat([intro, ...index, ...parts]);
}

const alignments = {int16: 2, int32: 4, int64: 8, string: 1, binary: 1, strings: 1, i18n: 1};

function indexEntry(tag: number, type: number, offset: number, count: number): Buffer {
	const entry = Buffer.alloc(16);
	entry.writeInt32BE(tag, 0);
	entry.writeInt32BE(type, 4);
	entry.writeInt32BE(offset, 8);
	entry.writeInt32BE(count, 12);
	return entry;
}

function encode(value: TagValue): Buffer {
	switch (value.type) {
		case 'int16':
			return Buffer.concat(value.values.map(number => sized(2, b => b.writeUInt16BE(number))));
		case 'int32':
			return Buffer.concat(value.values.map(number => sized(4, b => b.writeUInt32BE(number))));
		case 'int64':
			return Buffer.concat(
				value.values.map(number => sized(8, b => b.writeBigUInt64BE(BigInt(number)))),
			);
		case 'binary':
			return value.values[0];
		default:
			return Buffer.concat(value.values.map(string => Buffer.from(`${string}\0`)));
	}
}

function sized(length: number, write: (buffer: Buffer) => unknown): Buffer {
	const buffer = Buffer.alloc(length);
	write(buffer);
	return buffer;
}

/** A `newc` archive; of files with the same inode only the last carries its content. */
export function writeArchive(files: readonly WrittenFile[], isOld = false): Buffer {
	const present = files.filter(file => file.isAbsent !== true && (file.flags ?? 0) !== 64);
	const members = present.map((file, index) => {
		const later = present
			.slice(index + 1)
			.some(other => other.inode !== undefined && other.inode === file.inode);
		const name = file.archiveName ?? (isOld ? file.path.slice(1) : `.${file.path}`);
		return writeMember(name, modeOf(file), later ? Buffer.alloc(0) : contentOf(file));
	});
	return Buffer.concat([...members, writeMember('TRAILER!!!', 0, Buffer.alloc(0))]);
}

export function writeMember(name: string, mode: number, content: Buffer): Buffer {
	const nameBytes = Buffer.from(`${name}\0`);
	const fields = [1, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, nameBytes.length, 0];
	const header = `070701${fields.map(field => field.toString(16).padStart(8, '0')).join('')}`;
	return Buffer.concat([padded(Buffer.concat([Buffer.from(header), nameBytes])), padded(content)]);
}

function padded(bytes: Buffer): Buffer {
	return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
