/**
 * One name, one file: settle which candidate answers to each name in the directories that the bundled
 * loader searches.
 *
 * Equal bytes are no rivals. Of rivals that single programs want, all but one move to private
 * directories of those programs; where anybody may ask for either, nothing can be settled.
 */
import {createHash} from 'node:crypto';
import {posix} from 'node:path';
import {DynpkError} from '../errors/dynpk-error.js';
import {bundlePath, comparePaths, type BundlePath, type SysrootPath} from '../paths/paths.js';
import {groupByPath, type LibraryCandidate} from '../walk/library-candidates.js';
import type {LibraryPlacement, PlacedLibrary} from './library-placement.js';

/** What the names are settled by, besides the candidates. */
export interface CandidateFacts {
	/** By file id, of all that want a name which another one wants too. */
	readonly digests: ReadonlyMap<string, string>;
	/** Where objects of the payload keep their bytes, by file id. */
	readonly inPlace: ReadonlyMap<string, BundlePath>;
}

/** Give each name to one candidate. @throws {DynpkError} SONAME_CLASH */
export function settleNames(
	candidates: readonly LibraryCandidate[],
	{digests, inPlace}: CandidateFacts,
): LibraryPlacement {
	const holders = new Map<BundlePath, LibraryCandidate>();
	const privateDirectories = new Map<SysrootPath, BundlePath>();
	const clashes: string[] = [];
	for (const [path, rivals] of groupByPath(candidates)) {
		const distinct = distinctContents(rivals, digests);
		const [winner, ...losers] = orderRivals(distinct, path);
		if (winner === undefined) {
			continue;
		}

		holders.set(path, winner);
		for (const loser of losers) {
			const programs = programsOf(loser, path);
			if (programs === undefined) {
				clashes.push(...describeClash(path, [winner, loser]));
				continue;
			}

			for (const program of programs) {
				const directory = bundlePath(`libexec/dynpk/lib/${privateName(program)}`);
				privateDirectories.set(program, directory);
				holders.set(bundlePath(posix.join(directory, posix.basename(path))), loser);
			}
		}
	}

	if (clashes.length > 0) {
		throw new DynpkError('SONAME_CLASH', 'two different files claim one library name', {
			details: clashes,
			hint: 'leave one out with --exclude PATH',
		});
	}

	return {libraries: collect(holders, inPlace), privateDirectories};
}

/** Equal bytes are one file, whatever they are called. */
function distinctContents(
	rivals: ReadonlySet<LibraryCandidate>,
	digests: ReadonlyMap<string, string>,
): LibraryCandidate[] {
	if (rivals.size === 1) {
		return [...rivals];
	}

	const digestOf = ({object}: LibraryCandidate): string => {
		const digest = digests.get(object.fileId);
		if (digest === undefined) {
			throw new Error(`nothing is known of the bytes of ${object.path}`);
		}
		return digest;
	};
	return [...new Map([...rivals].reverse().map(rival => [digestOf(rival), rival])).values()];
}

/** What everybody loads comes first, then what most programs want, then by source. */
function orderRivals(rivals: readonly LibraryCandidate[], path: BundlePath): LibraryCandidate[] {
	const weight = (rival: LibraryCandidate): number => programsOf(rival, path)?.size ?? Infinity;
	return [...rivals].sort((a, b) =>
		weight(a) === weight(b) ? comparePaths(a.source, b.source) : weight(b) - weight(a),
	);
}

/** The programs that want a candidate under this path; `undefined` when anything may load it. */
function programsOf(candidate: LibraryCandidate, path: BundlePath): Set<SysrootPath> | undefined {
	const wanted = candidate.wanted.filter(
		({name, directory}) => posix.join(directory, name) === path,
	);
	const programs = wanted.flatMap(({program}) => program ?? []);
	return programs.length === wanted.length ? new Set(programs) : undefined;
}

function describeClash(path: BundlePath, rivals: readonly LibraryCandidate[]): string[] {
	return [
		`${posix.basename(path)}:`,
		...rivals.map(({source, object, wanted}) => {
			const by = [...new Set(wanted.map(want => want.by))].sort().slice(0, 3).join(', ');
			return `  ${source} (${object.size} bytes), for ${by}`;
		}),
	];
}

/** A directory name that is unique for a path and readable for a person. */
function privateName(program: SysrootPath): string {
	const hash = createHash('sha256').update(program).digest('hex').slice(0, 8);
	return `${posix.basename(program)}-${hash}`;
}

/** Bytes lie under the soname where that is one of the names, else under the first by order. */
function collect(
	holders: ReadonlyMap<BundlePath, LibraryCandidate>,
	inPlace: ReadonlyMap<string, BundlePath>,
): PlacedLibrary[] {
	const paths = new Map<LibraryCandidate, BundlePath[]>();
	for (const [path, holder] of holders) {
		const held = paths.get(holder) ?? [];
		held.push(path);
		paths.set(holder, held);
	}

	return [...paths].map(([holder, names]) => {
		const {soname} = holder.object;
		const sorted = [...names].sort(comparePaths);
		const own = sorted.find(path => posix.basename(path) === soname) ?? sorted[0];
		const staying = holder.staysInPlace ? inPlace.get(holder.object.fileId) : undefined;
		const home = staying ?? own ?? bundlePath(`lib/${posix.basename(holder.source)}`);
		const aliases = sorted.filter(path => path !== home);
		return {object: holder.object, source: holder.source, home, aliases};
	});
}
