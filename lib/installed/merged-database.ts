/**
 * A solved set of package files, asked like the database of an installed system.
 *
 * What needs what is the solver's answer, so that walking from the given packages reaches all of them
 * by the same chain.
 */
import type {MergedSysroot} from '../packages/merge/merged-sysroot.js';
import type {PackageRecord} from '../packages/set/package-record.js';
import type {Solution, SolvedPackage} from '../packages/solve/solution.js';
import type {SysrootPath} from '../paths/paths.js';
import type {InstalledPackage, PackageDatabase} from './package-database.js';

export function openMergedDatabase(merged: MergedSysroot, solution: Solution): PackageDatabase {
	const packages = new Map(
		solution.packages.map(({record}) => [record, describe(record, solution)]),
	);
	const ownerOf = (path: SysrootPath): InstalledPackage | undefined => {
		const origin = merged.files.get(path)?.origin;
		return origin?.kind === 'package' || origin?.kind === 'alternative'
			? packages.get(origin.package)
			: undefined;
	};
	const files = new Map<InstalledPackage, SysrootPath[]>();
	for (const path of merged.files.keys()) {
		const owner = ownerOf(path);
		if (owner !== undefined) {
			const own = files.get(owner) ?? [];
			own.push(path);
			files.set(owner, own);
		}
	}

	const all = [...packages.values()];
	return {
		manager: all[0]?.manager ?? 'rpm',
		isInstalled: false,
		find: name =>
			all.find(owner => owner.name === name || `${owner.name}:${owner.architecture}` === name),
		names: () => all.map(({name}) => name),
		owners: paths =>
			new Map(
				paths.flatMap(path => {
					const owner = ownerOf(path);
					return owner === undefined ? [] : [[path, owner]];
				}),
			),
		files: asked => new Map(asked.map(owner => [owner, files.get(owner) ?? []])),
		// Nothing was installed, so nothing was made.
		ownDirectories: () => new Map(),
	};
}

function describe(record: PackageRecord, solution: Solution): InstalledPackage {
	const {manager, name, version, arch, isEssential, license} = record;
	return {
		manager,
		name,
		version,
		architecture: arch,
		essential: isEssential,
		depends: groupsOf(solution, ({neededBy}) => neededBy?.record === record),
		recommends: groupsOf(solution, ({recommendedBy}) => recommendedBy?.record === record),
		provides: [],
		source: undefined,
		license,
	};
}

function groupsOf(
	{packages}: Solution,
	isMeant: (solved: SolvedPackage) => boolean,
): readonly (readonly string[])[] {
	return packages.filter(isMeant).map(({record: {name, arch}}) => [`${name}:${arch}`]);
}
