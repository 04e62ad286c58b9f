/**
 * Compile projected paths to `libexec/dynpk/paths.tbl`, which the path shim maps and reads in place.
 *
 * The layout is `struct table` of wrappers/table/table.h, field for field; docs/bundle-format-engines.md tells
 * what each means. The shim checks the frame only, so every limit is checked here: indices, lengths,
 * that each path has its directory, that nothing lies below a file.
 */
import {posix} from 'node:path';
import {DynpkError} from '../errors/dynpk-error.js';
import type {EnvironmentRule} from '../launcher/launch-spec.js';
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import {flagsOf} from './node-flags.js';
import {numberNodes, type Numbered} from './number-nodes.js';
import type {ProjectedPath} from './projected-path.js';
import {TextPool} from './text-pool.js';

export const PATH_TABLE_MAGIC = 'DYNPKPT1';
const HEADER_SIZE = 52;
const NODE_SIZE = 24;
const EMPTY = 0xffff_ffff;
/** Of one name, as of the file systems it comes from. */
const NAME_LIMIT = 255;
/** Of the path of a fallback. */
const FALLBACK_LIMIT = 254;

const kinds = {merged: 1, whole: 2, file: 3, link: 4, alias: 5} as const;
const actions = {default: 1, prepend: 2, append: 3, choose: 4} as const;
const partKinds = {bundle: 1, literal: 2} as const;

interface NodeContext {
	readonly numbers: ReadonlyMap<SysrootPath, number>;
	/** Of outer merged directories alone. */
	readonly merged: ReadonlyMap<SysrootPath, number>;
	readonly flags: number;
	readonly texts: TextPool;
}

/**
 * `rules` are what the bundle's launchers do to the environment, in the order in which they do it.
 *
 * @throws {DynpkError} USAGE where the paths are no tree or do not fit.
 */
export function compilePathTable(
	paths: readonly ProjectedPath[],
	rules: readonly EnvironmentRule[],
): Buffer {
	const texts = new TextPool();
	const {numbered, outer} = numberNodes(paths);
	const numbers = new Map(numbered.map(({projected}, index) => [projected.path, index]));
	const merged = new Map(
		numbered.flatMap(({projected}, index): [SysrootPath, number][] =>
			projected.kind === 'directory' && projected.extent === 'merged' && index < outer
				? [[projected.path, index]]
				: [],
		),
	);
	const nodes = Buffer.alloc(numbered.length * NODE_SIZE);
	const allFlags = flagNodes(numbered, numbers, merged);
	numbered.forEach((node, index) => {
		const flags = allFlags[index] ?? 0;
		encodeNode(nodes.subarray(index * NODE_SIZE), node, {numbers, merged, flags, texts});
	});
	const slots = hashNodes(numbered);
	const {ruleWords, partWords} = encodeRules(rules, texts);
	return assemble([nodes, slots, wordsToBytes(ruleWords), wordsToBytes(partWords)], texts, [
		numbered.length,
		slots.length / 4 - 1,
		rules.length,
		partWords.length / 2,
		outer,
	]);
}

function encodeNode(
	to: Buffer,
	{projected, parent, children}: Numbered,
	{numbers, merged, flags, texts}: NodeContext,
): void {
	const name = projected.path === '/' ? '' : posix.basename(projected.path);
	const length = Buffer.byteLength(name);
	if (length > NAME_LIMIT) {
		throw new DynpkError('USAGE', `the name of ${projected.path} is too long`);
	}

	to.writeUInt32LE(parent, 0);
	to.writeUInt32LE(texts.offsetOf(name), 4);
	to.writeUInt16LE(length, 8);
	to.writeUInt32LE(EMPTY, 12);
	const first = children[0];
	to.writeUInt32LE(first === undefined ? 0 : (numbers.get(first) ?? 0), 16);
	to.writeUInt32LE(children.length, 20);
	to.writeUInt8(flags, 11);
	switch (projected.kind) {
		case 'directory':
			to.writeUInt8(kinds[projected.extent], 10);
			break;
		case 'file':
			to.writeUInt8(kinds.file, 10);
			if (projected.behind !== undefined) {
				to.writeUInt32LE(texts.offsetOf(projected.behind), 12);
				to.writeUInt32LE(projected.readsItself === true ? 1 : 0, 16);
			}

			break;
		case 'link': {
			const alias = mergedTarget(projected.path, projected.target, merged);
			const text = texts.offsetOf(projected.target);
			to.writeUInt8(alias === undefined ? kinds.link : kinds.alias, 10);
			to.writeUInt32LE(alias ?? text, 12);
			to.writeUInt32LE(alias === undefined ? 0 : text, 16);
		}
	}
}

/** From the last, because directories come before what lies in them. */
function flagNodes(
	numbered: readonly Numbered[],
	numbers: ReadonlyMap<SysrootPath, number>,
	merged: ReadonlyMap<SysrootPath, number>,
): number[] {
	const all = numbered.map(() => 0);
	for (let index = numbered.length - 1; index >= 0; index--) {
		const node = numbered[index];
		if (node !== undefined) {
			const {projected, children} = node;
			refuseLongFallback(projected);
			const isAlias =
				projected.kind === 'link' &&
				mergedTarget(projected.path, projected.target, merged) !== undefined;
			const flags = children.map(path => all[numbers.get(path) ?? 0] ?? 0);
			all[index] = flagsOf({projected, isAlias, children: flags});
		}
	}

	return all;
}

function refuseLongFallback({path, isFallback}: ProjectedPath): void {
	if (isFallback === true && Buffer.byteLength(path) > FALLBACK_LIMIT) {
		throw new DynpkError(
			'USAGE',
			`${path} is too long for what counts only where the host has none`,
		);
	}
}

/** The node of the merged directory that a link names, by text: links below links are no aliases. */
function mergedTarget(
	path: SysrootPath,
	target: string,
	merged: ReadonlyMap<SysrootPath, number>,
): number | undefined {
	return merged.get(sysrootPath(posix.resolve(posix.dirname(path), target)));
}

function hashNodes(numbered: readonly Numbered[]): Buffer {
	let size = 16;
	while (size < 2 * numbered.length) {
		size *= 2;
	}

	const slots = Buffer.alloc(4 * size, 0xff);
	numbered.forEach(({projected, parent}, index) => {
		if (index === 0) {
			return;
		}

		let slot = hashName(parent, Buffer.from(posix.basename(projected.path))) & (size - 1);
		while (slots.readUInt32LE(4 * slot) !== EMPTY) {
			slot = (slot + 1) & (size - 1);
		}

		slots.writeUInt32LE(index, 4 * slot);
	});
	return slots;
}

/** FNV-1a of the name, begun with the parent's number: `hash_of` of wrappers/table/table.c. */
function hashName(parent: number, name: Buffer): number {
	let hash = (2166136261 ^ Math.imul(parent, 2654435761)) >>> 0;
	for (const byte of name) {
		hash = Math.imul(hash ^ byte, 16777619) >>> 0;
	}

	return (hash ^ (hash >>> 15)) >>> 0;
}

function encodeRules(
	rules: readonly EnvironmentRule[],
	texts: TextPool,
): {readonly ruleWords: readonly number[]; readonly partWords: readonly number[]} {
	const ruleWords: number[] = [];
	const partWords: number[] = [];
	for (const rule of rules) {
		const first = partWords.length / 2;
		ruleWords.push(texts.offsetOf(rule.variable), actions[rule.action], first, rule.parts.length);
		partWords.push(
			...rule.parts.flatMap(part => [partKinds[part.kind], texts.offsetOf(part.text)]),
		);
	}

	return {ruleWords, partWords};
}

function assemble(
	[nodes, slots, rules, parts]: readonly [Buffer, Buffer, Buffer, Buffer],
	texts: TextPool,
	[nodeCount, slotMask, ruleCount, partCount, outer]: readonly [
		number,
		number,
		number,
		number,
		number,
	],
): Buffer {
	const pool = texts.bytes();
	const nodesAt = HEADER_SIZE;
	const slotsAt = nodesAt + nodes.length;
	const rulesAt = slotsAt + slots.length;
	const partsAt = rulesAt + rules.length;
	const textsAt = partsAt + parts.length;
	const size = textsAt + pool.length;
	const header = wordsToBytes([
		...[size, nodeCount, nodesAt, slotsAt, slotMask, textsAt],
		...[rulesAt, ruleCount, partsAt, partCount, outer],
	]);
	const magic = Buffer.from(PATH_TABLE_MAGIC);
	const padding = Buffer.alloc(HEADER_SIZE - magic.length - header.length);
	return Buffer.concat([magic, header, padding, nodes, slots, rules, parts, pool]);
}

function wordsToBytes(words: readonly number[]): Buffer {
	const bytes = Buffer.alloc(4 * words.length);
	words.forEach((word, index) => bytes.writeUInt32LE(word, 4 * index));
	return bytes;
}
