/**
 * One pass over lists of directories for one name: `open_path` of elf/dl-load.c.
 *
 * Inside each directory the hardware subdirectories come first. A file meant for another class or
 * machine is passed over; a broken one ends everything; one that cannot be opened for an odd reason
 * ends its list only. All that was looked at and not taken is kept.
 */
import type {ElfObject} from '../elf/elf-object.js';
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {Place, Searched} from './loader-search.js';
import type {SearchList} from './requester-paths.js';
import type {SearchDir} from './search-dirs.js';
import {verifyCandidate, type Expected, type Verdict} from './verify-candidate.js';

export type Outcome =
	| {
			readonly status: 'found';
			readonly object: ElfObject;
			readonly path: SysrootPath;
			readonly place: Place;
	  }
	| {readonly status: 'missing'}
	| {readonly status: 'fatal'; readonly path: SysrootPath; readonly reason: string};

export interface CandidateSearch {
	/** Try one file. */
	tryFile(path: SysrootPath, place: Place, searched: Searched[]): Outcome;
	/** Try a name in every directory of a list, in each of `subdirs` that exists. */
	tryList(list: SearchList, name: string, subdirs: Subdirs, searched: Searched[]): Outcome;
}

/** Subdirectories to try in every directory; the value is remembered by identity. */
export type Subdirs = readonly string[];

/** `e_ident`. */
const IDENT_SIZE = 16;

interface Candidates {
	readonly sysroot: Sysroot;
	readonly expected: Expected;
	/** Which subdirectories a directory has: nearly none has any, so it is asked once for all names. */
	readonly existing: WeakMap<Subdirs, Map<SysrootPath, Subdirs>>;
}

export function makeCandidateSearch(sysroot: Sysroot, expected: Expected): CandidateSearch {
	const candidates: Candidates = {sysroot, expected, existing: new WeakMap()};
	return {
		tryFile: (path, place, searched) => tryFile(candidates, {path, place}, searched),
		tryList(list, name, subdirs, searched) {
			for (const dir of list.dirs) {
				const attempt = {place: list.place, dir, name, subdirs};
				const outcome = tryDirectory(candidates, attempt, searched);
				if (outcome !== undefined) {
					return outcome;
				}
			}

			return MISSING;
		},
	};
}

const MISSING: Outcome = {status: 'missing'};

function tryFile(
	candidates: Candidates,
	{path, place}: {readonly path: SysrootPath; readonly place: Place},
	searched: Searched[],
): Outcome {
	const judged = judge(candidates, path);
	switch (judged.verdict) {
		case 'take':
			return {status: 'found', object: judged.object, path, place};
		case 'fatal':
			return {status: 'fatal', path, reason: judged.reason};
		case 'absent':
			searched.push({place, path, why: 'absent'});
			return MISSING;
		case 'pass-over':
		case 'end-of-list':
			searched.push({place, path, why: judged.why});
			return MISSING;
	}
}

function judge({sysroot, expected}: Candidates, path: SysrootPath): Verdict {
	const readIdent = () => sysroot.read(path, IDENT_SIZE);
	return verifyCandidate(sysroot.elf(path), expected, readIdent);
}

interface Attempt {
	readonly place: Place;
	readonly dir: SearchDir;
	readonly name: string;
	readonly subdirs: Subdirs;
}

/** The end of the list, or `undefined` to go on to its next directory. */
function tryDirectory(
	candidates: Candidates,
	{place, dir, name, subdirs}: Attempt,
	searched: Searched[],
): Outcome | undefined {
	if (dir.kind === 'unsearched') {
		searched.push({place, path: dir.text, why: dir.why});
		return undefined;
	}

	let sawFile = false;
	for (const subdir of existingSubdirs(candidates, dir.path, subdirs)) {
		const path = sysrootPath(`${dir.path}/${subdir}${name}`);
		const judged = judge(candidates, path);
		switch (judged.verdict) {
			case 'take':
				return {status: 'found', object: judged.object, path, place};
			case 'fatal':
				return {status: 'fatal', path, reason: judged.reason};
			case 'absent':
				break;
			case 'pass-over':
				sawFile = true;
				searched.push({place, path, why: judged.why});
				break;
			case 'end-of-list':
				searched.push({place, path, why: judged.why});
				return MISSING;
		}
	}

	if (!sawFile) {
		searched.push({place, path: dir.path, why: 'absent'});
	}

	return undefined;
}

function existingSubdirs(
	{sysroot, existing}: Candidates,
	directory: SysrootPath,
	subdirs: Subdirs,
): Subdirs {
	const known = existing.get(subdirs) ?? new Map<SysrootPath, Subdirs>();
	existing.set(subdirs, known);
	let found = known.get(directory);
	if (found === undefined) {
		found = subdirs.filter(
			subdir => sysroot.realPath(sysrootPath(`${directory}/${subdir}`)) !== undefined,
		);
		known.set(directory, found);
	}

	return found;
}
