/**
 * Stores of Nix and Guix: each package in `/nix/store/HASH-NAME`, and what it needs told by such paths
 * standing in its files. So the managers themselves find it (Nix manual, “Store paths”, references).
 */
import {hostFilePieces} from '../paths/host-file.js';
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {PayloadEntry, PayloadFile} from './payload.js';

const stores = ['/nix/store/', '/gnu/store/'] as const;
const HASH_LENGTH = 32;
/** The longest name of a file. */
const NAME_LIMIT = 255;
const isStorePath = /^\/(?:nix|gnu)\/store\/[0-9a-z]{32}-[\w+.?=-]+$/u;
const reference = /^[0-9a-z]{32}-[\w+.?=-]+/u;

/** Whether a directory is one package of such a store. */
export function isOfStore(directory: SysrootPath): boolean {
	return isStorePath.test(directory);
}

/** Whether a file lies in one. */
export function isInStore(file: SysrootPath): boolean {
	return stores.some(store => file.startsWith(store));
}

/** Store paths that stand in a file or a link. */
export function referencesIn(entry: PayloadEntry): Iterable<SysrootPath> {
	const found = new Set<SysrootPath>();
	if (entry.kind === 'symlink') {
		addReferences(Buffer.from(entry.target), found);
	} else if (entry.kind === 'file' && entry.size > HASH_LENGTH) {
		scan(entry, found);
	}

	return found;
}

const PIECE_SIZE = 1 << 20;
/** What a reference at the end of one piece may take of the next. */
const OVERLAP = '/nix/store/'.length + NAME_LIMIT;

function scan({hostPath, size}: PayloadFile, found: Set<SysrootPath>): void {
	let end = Buffer.alloc(0);
	for (const piece of hostFilePieces(hostPath, size, PIECE_SIZE)) {
		const bytes = Buffer.concat([end, piece]);
		addReferences(bytes, found);
		end = Buffer.from(bytes.subarray(-OVERLAP));
	}
}

function addReferences(bytes: Buffer, found: Set<SysrootPath>): void {
	for (const store of stores) {
		for (let at = bytes.indexOf(store); at !== -1; at = bytes.indexOf(store, at + 1)) {
			const begin = at + store.length;
			const name = reference.exec(bytes.toString('latin1', begin, begin + NAME_LIMIT))?.[0];
			if (name !== undefined) {
				found.add(sysrootPath(store + name));
			}
		}
	}
}
