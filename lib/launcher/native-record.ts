/**
 * The launch record as bytes: a launch, as the native launcher reads it.
 *
 * The layout is `struct record` of wrappers/launcher/record.h, field for field: little-endian
 * numbers first, then lists, then strings, each string ended by NUL. Offsets count from the record's
 * beginning. The C side checks everything again.
 */
import {posix} from 'node:path';
import {DynpkError} from '../errors/dynpk-error.js';
import type {
	EnvironmentRule,
	LaunchSpec,
	LoaderLaunch,
	SessionRule,
	StaticLaunch,
} from './launch-spec.js';

/** A page of a program's own bytes, put back over its entry stub. Offsets are in the launcher's file. */
export interface RecordPage {
	/** From the lowest address of the program's image. */
	readonly address: number;
	readonly offset: number;
	readonly size: number;
	/** `PF_*` of its segment. */
	readonly flags: number;
}

export interface SelfPages {
	/** Of the program headers, from the lowest address of the program's image. */
	readonly headers: number;
	readonly pages: readonly RecordPage[];
}

const MAGIC = 'DYNPKLR3';
/** Bytes; the launcher refuses more. */
const RECORD_LIMIT = 1 << 20;
/** Entries; the launcher refuses more. */
const LIST_LIMIT = 4096;

// A forward is a script whose interpreter is all there is to start.
const kinds = {loader: 1, script: 2, static: 3, forward: 2} as const;
const strategies = {map: 1, exec: 2, self: 3} as const;
const actions = {default: 1, prepend: 2, append: 3, choose: 4} as const;
const sessionActions = {aside: 5, sift: 6} as const;
const partKinds = {bundle: 1, literal: 2} as const;
const engines = {direct: 1, shim: 2, userns: 3} as const;
/** Added to a rule's action. */
const UNPROJECTED = 0x100;

const flags = {
	musl: 1,
	argv0: 2,
	inhibitCache: 4,
	inhibitRpath: 8,
	preload: 16,
	audit: 32,
	inhibitOwnRpath: 64,
	auditByDefault: 128,
	atOwnPath: 256,
	auditByPreload: 512,
} as const;

/** Fields ahead of the first list, and lists: all of 4 bytes, lists of two words. */
const WORDS = 21;
const LISTS = 9;
const CHECK_OFFSET = MAGIC.length + 4 * WORDS + 8 * LISTS;
const FIXED_SIZE = CHECK_OFFSET + 4;

/** @throws {DynpkError} USAGE where a launch does not fit into a record. */
export function encodeLaunchRecord(spec: LaunchSpec, self?: SelfPages): Buffer {
	const writer = new RecordWriter();
	const isLoader = spec.kind === 'loader';
	const words = [
		0, // the size, known at the end
		kinds[spec.kind],
		isLoader ? strategies[spec.strategy] : 0,
		flagsOf(spec),
		spec.requires.machine,
		spec.requires.class,
		spec.requires.isa,
		...spec.requires.kernel,
		writer.text(spec.launcher),
		writer.text(spec.program),
		spec.kind === 'static' ? 0 : writer.text(startedBy(spec)),
		writer.text(posix.relative(posix.dirname(spec.program), '') || '.'),
		isLoader && spec.audit !== undefined ? writer.text(spec.audit.stub) : 0,
		isLoader && spec.audit?.tunables !== undefined ? writer.text(spec.audit.tunables) : 0,
		self?.headers ?? 0,
		...viewWords(writer, spec),
	];
	const isScript = spec.kind === 'script';
	const mpi = isLoader ? spec.mpi : undefined;
	const lists = [
		writer.texts(isLoader ? spec.libraryPath : []),
		writer.texts(isLoader ? spec.inhibitRpath : []),
		writer.texts(isScript ? spec.arguments : []),
		writer.texts(isScript ? spec.settings : []),
		writer.list([
			...(isLoader ? (spec.session ?? []) : []).map(rule => sessionWords(writer, rule)),
			...spec.environment.map(rule => ruleWords(writer, rule)),
		]),
		writer.list(
			(self?.pages ?? []).map(page => [page.address, page.offset, page.size, page.flags]),
		),
		writer.texts(isLoader ? (spec.leaders ?? []) : []),
		writer.texts(mpi?.offers ?? []),
		writer.list(
			(mpi?.starters ?? []).map(({tasks, rank, warning}) => [
				...[writer.text(tasks), writer.text(rank), writer.text(warning)],
			]),
		),
	];
	return writer.finish(words, lists.flat());
}

/** FNV-1a of all words but this one: `record_sum` of wrappers/launcher/record.c. */
export function writeRecordSum(record: Buffer): void {
	let sum = 2166136261;
	for (let at = 0; at + 4 <= record.length; at += 4) {
		if (at !== CHECK_OFFSET) {
			sum = Math.imul(sum ^ record.readUInt32LE(at), 16777619) >>> 0;
		}
	}

	record.writeUInt32LE(sum, CHECK_OFFSET);
}

/** Engine, its reason, the shim and the table; zeros where there is nothing to choose. */
function viewWords(writer: RecordWriter, spec: LaunchSpec): readonly number[] {
	const view = spec.kind === 'loader' || spec.kind === 'static' ? spec.view : undefined;
	return view === undefined
		? [0, 0, 0, 0]
		: [
				engines[view.engine],
				writer.text(view.reason),
				view.shim === undefined ? 0 : writer.text(view.shim),
				writer.text(view.table),
			];
}

/** What is executed or mapped first. */
function startedBy(spec: Exclude<LaunchSpec, StaticLaunch>): string {
	switch (spec.kind) {
		case 'loader':
			return spec.loader;
		case 'script':
			return spec.interpreter;
		case 'forward':
			return spec.program;
	}
}

function flagsOf(spec: LaunchSpec): number {
	if (spec.kind === 'script') {
		return spec.isAtOwnPath === true ? flags.atOwnPath : 0;
	}

	return spec.kind === 'loader' ? loaderFlags(spec) : 0;
}

function loaderFlags(spec: LoaderLaunch): number {
	const {argv0, inhibitCache, inhibitRpath, preload, audit} = spec.loaderOptions;
	return (
		(spec.libc === 'musl' ? flags.musl : 0) |
		(argv0 ? flags.argv0 : 0) |
		(inhibitCache ? flags.inhibitCache : 0) |
		(inhibitRpath ? flags.inhibitRpath : 0) |
		(preload ? flags.preload : 0) |
		(audit ? flags.audit : 0) |
		(spec.inhibitOwnRpath ? flags.inhibitOwnRpath : 0) |
		(spec.audit?.byDefault === true ? flags.auditByDefault : 0) |
		(spec.audit?.method === 'preload' ? flags.auditByPreload : 0)
	);
}

function ruleWords(writer: RecordWriter, rule: EnvironmentRule): readonly number[] {
	return [
		writer.text(rule.variable),
		actions[rule.action] | (rule.when === 'unprojected' ? UNPROJECTED : 0),
		...writer.list(rule.parts.map(part => [partKinds[part.kind], writer.text(part.text)])),
	];
}

function sessionWords(writer: RecordWriter, rule: SessionRule): readonly number[] {
	return [
		writer.text(rule.variable),
		sessionActions[rule.action],
		...writer.list(rule.marks.map(mark => [partKinds.literal, writer.text(mark)])),
	];
}

/** Gathers what lies behind the fixed fields. Not a value of the domain: it lives for one call. */
class RecordWriter {
	readonly #chunks: Buffer[] = [];
	readonly #texts = new Map<string, number>();
	#size = FIXED_SIZE;

	text(text: string): number {
		const known = this.#texts.get(text);
		if (known !== undefined) {
			return known;
		}

		if (text.includes('\0')) {
			throw new DynpkError('USAGE', `${text} holds a NUL byte, which no launch record can`);
		}

		const offset = this.#append(Buffer.from(`${text}\0`));
		this.#texts.set(text, offset);
		return offset;
	}

	texts(texts: readonly string[]): readonly [number, number] {
		return this.list(texts.map(text => [this.text(text)]));
	}

	/** Offset and count, as `struct record_list` has them. */
	list(items: readonly (readonly number[])[]): readonly [number, number] {
		if (items.length > LIST_LIMIT) {
			throw new DynpkError(
				'USAGE',
				`a launch record cannot hold a list of ${items.length} entries`,
			);
		}

		const padding = (4 - (this.#size % 4)) % 4;
		this.#append(Buffer.alloc(padding));
		return [this.#append(wordsToBytes(items.flat())), items.length];
	}

	finish(words: readonly number[], lists: readonly number[]): Buffer {
		// The last byte must be NUL: then every string ends inside the record.
		this.#append(Buffer.alloc(16 - (this.#size % 16)));
		if (this.#size > RECORD_LIMIT) {
			throw new DynpkError('USAGE', `the launch record would be ${this.#size} bytes long`);
		}

		const fixed = [this.#size, ...words.slice(1), ...lists, 0];
		const record = Buffer.concat([Buffer.from(MAGIC), wordsToBytes(fixed), ...this.#chunks]);
		writeRecordSum(record);
		return record;
	}

	#append(bytes: Buffer): number {
		const offset = this.#size;
		this.#chunks.push(bytes);
		this.#size += bytes.length;
		return offset;
	}
}

function wordsToBytes(words: readonly number[]): Buffer {
	const bytes = Buffer.alloc(4 * words.length);
	words.forEach((word, index) => bytes.writeUInt32LE(word, 4 * index));
	return bytes;
}
