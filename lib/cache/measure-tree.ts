/** What trees take on the disk, and which files are in them; links are not followed. */
import {lstatSync, readdirSync, type Stats} from 'node:fs';
import type {HostPath} from '../paths/paths.js';
import {unlessRefused} from './unless-refused.js';

export interface Measure {
	/** Blocks of the file system, files with several names once. */
	readonly bytes: number;
	/** What each file and directory takes of it, by `fileKey`. */
	readonly files: ReadonlyMap<string, number>;
	/** The latest change of contents in what was asked for itself and directly in it, in milliseconds. */
	readonly changed: number;
}

const BLOCK = 512;

/** Of all that the names lead to. What goes meanwhile is not counted. */
export function measureTrees(paths: readonly HostPath[]): Measure {
	const files = new Map<string, number>();
	let changed = 0;
	const add = (path: Buffer, depth: number): void => {
		const status = lookAt(path);
		if (status === undefined || files.has(fileKey(status))) {
			return;
		}

		files.set(fileKey(status), status.blocks * BLOCK);
		changed = depth < 2 ? Math.max(changed, status.mtimeMs) : changed;
		if (status.isDirectory()) {
			for (const name of namesIn(path)) {
				add(Buffer.concat([path, SLASH, name]), depth + 1);
			}
		}
	};
	paths.forEach(path => add(Buffer.from(path), 0));
	return {bytes: bytesOf([{files}]), files, changed};
}

/** Of all together: what is in several of them counts once. */
export function bytesOf(measures: readonly Pick<Measure, 'files'>[]): number {
	const files = new Map(measures.flatMap(measure => [...measure.files]));
	return [...files.values()].reduce((sum, size) => sum + size, 0);
}

const SLASH = Buffer.from('/');

export function fileKey({dev, ino}: Pick<Stats, 'dev' | 'ino'>): string {
	return `${dev}:${ino}`;
}

function lookAt(path: Buffer): Stats | undefined {
	return unlessRefused(() => lstatSync(path, {throwIfNoEntry: false}));
}

function namesIn(path: Buffer): readonly Buffer[] {
	return unlessRefused(() => readdirSync(path, {encoding: 'buffer'})) ?? [];
}
