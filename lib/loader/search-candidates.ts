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

export function makeCandidateSearch(sysroot: Sysroot, expected: Expected): CandidateSearch {
	const existing = new WeakMap<Subdirs, Map<SysrootPath, Subdirs>>();

	function judge(path: SysrootPath): Verdict {
		const readIdent = () => sysroot.read(path, IDENT_SIZE);
		return verifyCandidate(sysroot.elf(path), expected, readIdent);
	}

	function tryFile(path: SysrootPath, place: Place, searched: Searched[]): Outcome {
		const judged = judge(path);
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

	/** Nearly no directory has any of them, so it is asked once for all names. */
	function existingSubdirs(directory: SysrootPath, subdirs: Subdirs): Subdirs {
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

	function tryList(
		{place, dirs}: SearchList,
		name: string,
		subdirs: Subdirs,
		searched: Searched[],
	): Outcome {
		for (const dir of dirs) {
			if (dir.kind === 'unsearched') {
				searched.push({place, path: dir.text, why: dir.why});
				continue;
			}

			let sawFile = false;
			for (const subdir of existingSubdirs(dir.path, subdirs)) {
				const path = sysrootPath(`${dir.path}/${subdir}${name}`);
				const judged = judge(path);
				if (judged.verdict === 'take') {
					return {status: 'found', object: judged.object, path, place};
				}

				if (judged.verdict === 'fatal') {
					return {status: 'fatal', path, reason: judged.reason};
				}

				if (judged.verdict !== 'absent') {
					sawFile = true;
					searched.push({place, path, why: judged.why});
				}

				if (judged.verdict === 'end-of-list') {
					return MISSING;
				}
			}

			if (!sawFile) {
				searched.push({place, path: dir.path, why: 'absent'});
			}
		}

		return MISSING;
	}

	return {tryFile, tryList};
}

const MISSING: Outcome = {status: 'missing'};
