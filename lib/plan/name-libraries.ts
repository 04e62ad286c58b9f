/**
 * Objects of the payload that programs may ask for by name without linking to them.
 *
 * A library that lies where the loader searches answers to its soname and to every name it has
 * there; one that `--scan` found answers to its soname and stays where it lies.
 */
import {posix} from 'node:path';
import {isProgram} from '../elf/is-program.js';
import type {Payload} from '../inputs/payload.js';
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {NamedObject} from './place-libraries.js';
import type {WalkedPayload} from './walk-payload.js';

export function nameLibraries(payload: Payload, walked: WalkedPayload): NamedObject[] {
	const aliases = linkedNames(payload, walked);
	return payload.entries.flatMap(entry => {
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

		const searched = walked.libraryDirectories.has(posix.dirname(entry.path));
		const scanned = entry.reason.kind === 'scan' && object.soname !== undefined;
		if (!searched && !scanned) {
			return [];
		}

		const own = object.soname ?? posix.basename(entry.path);
		const names = searched
			? [own, posix.basename(entry.path), ...(aliases.get(entry.path) ?? [])]
			: [own];
		return [
			{
				object,
				path: entry.path,
				names: [...new Set(names)],
				libraryDirectory: loader.libraryDirectory,
				staysInPlace: !searched,
			},
		];
	});
}

/** Names of links in searched directories, by the file they lead to directly. */
function linkedNames(payload: Payload, walked: WalkedPayload): Map<SysrootPath, string[]> {
	const names = new Map<SysrootPath, string[]>();
	for (const entry of payload.entries) {
		const directory = posix.dirname(entry.path);
		if (entry.kind === 'symlink' && walked.libraryDirectories.has(directory)) {
			const target = sysrootPath(posix.resolve(directory, entry.target));
			const known = names.get(target) ?? [];
			known.push(posix.basename(entry.path));
			names.set(target, known);
		}
	}

	return names;
}
