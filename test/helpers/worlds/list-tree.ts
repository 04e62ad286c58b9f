/**
 * A directory as text, one line an entry: what it is, its mode, and its bytes' digest or where it
 * leads. The manifest's records can be written in the same way, and so be compared with a tree.
 */
import {createHash} from 'node:crypto';
import {lstatSync, readFileSync, readdirSync, readlinkSync} from 'node:fs';
import {join} from 'node:path';
import type {FileRecord} from '../../../lib/manifest/manifest.js';

/** Every entry below `top`, by path; hard links as the files they are. */
export function listTree(top: string): Map<string, string> {
	const names = [''];
	// Not `recursive`, which follows links to directories. `for…of` visits what is appended.
	for (const name of names) {
		if (lstatSync(join(top, name)).isDirectory()) {
			names.push(...readdirSync(join(top, name)).map(child => join(name, child)));
		}
	}

	return new Map(
		names
			.slice(1)
			.sort()
			.map(name => [name, describeEntry(join(top, name))]),
	);
}

/** The same of a manifest's files. */
export function listRecords(files: readonly FileRecord[]): Map<string, string> {
	const lines = new Map<string, string>();
	for (const {path, kind, mode, sha256, target} of files) {
		if (kind === 'hardlink') {
			lines.set(path, lines.get(target ?? '') ?? 'a hard link to what does not come before it');
		} else {
			lines.set(path, [kind, mode, sha256 ?? target].filter(part => part !== undefined).join(' '));
		}
	}

	return new Map([...lines].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function digestFile(path: string): string {
	return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function describeEntry(path: string): string {
	const status = lstatSync(path);
	const mode = (status.mode & 0o7777).toString(8).padStart(4, '0');
	if (status.isSymbolicLink()) {
		return `symlink ${readlinkSync(path)}`;
	}

	if (!status.isFile() && !status.isDirectory()) {
		return `special ${mode}`;
	}

	return status.isDirectory() ? `directory ${mode}` : `file ${mode} ${digestFile(path)}`;
}
