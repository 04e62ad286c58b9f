/** The machine that a bundle is for: that of its first program, known before any library is looked for. */
import {architectureName} from '../elf/elf-machines.js';
import type {ElfObject} from '../elf/elf-object.js';
import {entriesByPath} from '../inputs/entries-by-path.js';
import type {Payload, PayloadEntry} from '../inputs/payload.js';
import {LINK_LIMIT} from '../paths/link-limit.js';
import type {SysrootPath} from '../paths/paths.js';

/** As `uname -m` says it; `undefined` where nothing tells. */
export function bundleArchitecture(payload: Payload): string | undefined {
	const object = mainObject(payload);
	return object && (architectureName(object) ?? 'unknown');
}

/** The first program, or what starts it where it is a script; any object where there is no program. */
export function mainObject(payload: Payload): ElfObject | undefined {
	const {programs, entries} = payload;
	const byPath = entriesByPath(payload);
	for (const {file} of programs) {
		const object = objectOf(file, payload, byPath);
		if (object !== undefined) {
			return object;
		}
	}

	for (const entry of entries) {
		if (entry.kind === 'file' && entry.content.kind === 'elf') {
			return entry.content.object;
		}
	}

	return undefined;
}

/** From a script or a link to the object it leads to. */
function objectOf(
	program: SysrootPath,
	{interpreters}: Payload,
	entries: ReadonlyMap<SysrootPath, PayloadEntry>,
): ElfObject | undefined {
	let path: SysrootPath | undefined = program;
	for (let hops = 0; path !== undefined && hops < LINK_LIMIT; hops++) {
		const entry = entries.get(path);
		if (entry?.kind === 'file' && entry.content.kind === 'elf') {
			return entry.content.object;
		}

		path = entry?.kind === 'symlink' ? entry.leadsTo : interpreters.get(path);
	}

	return undefined;
}
