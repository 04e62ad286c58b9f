/** Libraries of the payload that are found by name, whoever needs them. */
import {posix} from 'node:path';
import type {ElfObject} from '../elf/elf-object.js';
import {isProgram} from '../elf/is-program.js';
import type {Payload, PayloadFile} from '../inputs/payload.js';
import {parentOf, payloadPath, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {LibraryCandidate, Wanted} from './library-candidates.js';
import type {WalkedLoader, WalkedPayload} from './walked-payload.js';

interface Named {
	readonly entry: PayloadFile;
	readonly object: ElfObject;
	readonly loader: WalkedLoader;
	/** In a directory that the loader searches by itself: links to it there. */
	readonly links: readonly SysrootPath[] | undefined;
}

/**
 * What the loader would find by a bare name, and what `--scan` found. A name that several directories
 * have is answered as the loader would for any program here.
 */
export function namedLibraries(payload: Payload, walked: WalkedPayload): LibraryCandidate[] {
	const named = listNamed(payload, walked);
	const holders = new Map<string, Set<string>>();
	const keyOf = ({loader}: Named, name: string): string => `${loader.home}\0${name}`;
	const pathsOf = ({entry, links}: Named): SysrootPath[] =>
		links === undefined ? [] : [entry.path, ...links];
	for (const library of named) {
		for (const path of pathsOf(library)) {
			const key = keyOf(library, posix.basename(path));
			holders.set(key, (holders.get(key) ?? new Set()).add(library.object.fileId));
		}
	}

	return named.map(library => {
		const {entry, object, loader, links} = library;
		const base = {flat: loader.libraryDirectory, program: undefined, by: entry.path};
		const wanted = pathsOf(library).map((path): Wanted => {
			const name = posix.basename(path);
			const isContested = (holders.get(keyOf(library, name))?.size ?? 0) > 1;
			const how = isContested && isFoundByName(name, library) ? 'search' : 'known';
			return {...base, name, directory: payloadPath(parentOf(path)), how};
		});
		const soname = object.soname ?? posix.basename(entry.path);
		const how = links === undefined ? 'search' : 'known';
		wanted.push({...base, name: soname, directory: base.flat, how});
		return {object, source: entry.path, wanted};
	});
}

function listNamed(payload: Payload, walked: WalkedPayload): Named[] {
	const links = linksInLibraryDirectories(payload, walked);
	return payload.entries.flatMap((entry): Named[] => {
		if (entry.kind !== 'file' || entry.content.kind !== 'elf') {
			return [];
		}

		const {object} = entry.content;
		const isLoader = walked.loaders.some(({facts}) => facts.object.fileId === object.fileId);
		const loader = walked.loaders.find(
			({facts}) => facts.object.machine === object.machine && facts.object.class === object.class,
		);
		if (isLoader || loader === undefined || object.type !== 'shared' || isProgram(object)) {
			return [];
		}

		if (walked.libraryDirectories.has(posix.dirname(entry.path))) {
			return [{entry, object, loader, links: links.get(entry.path) ?? []}];
		}

		const isScanned = entry.reason.kind === 'scan' && object.soname !== undefined;
		return isScanned ? [{entry, object, loader, links: undefined}] : [];
	});
}

/** By the file they lead to directly. */
function linksInLibraryDirectories(
	payload: Payload,
	walked: WalkedPayload,
): Map<SysrootPath, SysrootPath[]> {
	const links = new Map<SysrootPath, SysrootPath[]>();
	for (const {path, ...entry} of payload.entries) {
		const directory = posix.dirname(path);
		if (entry.kind === 'symlink' && walked.libraryDirectories.has(directory)) {
			const target = sysrootPath(posix.resolve(directory, entry.target));
			const known = links.get(target) ?? [];
			known.push(path);
			links.set(target, known);
		}
	}

	return links;
}

/** By one that has no run path. */
function isFoundByName(name: string, {object, entry, loader}: Named): boolean {
	const plain = {...object, runpath: undefined, rpath: undefined};
	const requester = {object: plain, path: entry.path, loader: undefined, program: undefined};
	const found = loader.search.locate(name, requester);
	return found.status === 'found' && found.object.fileId === object.fileId;
}
