/**
 * Bring in the files of the packages asked for, of those they cannot do without and of those that go
 * with them by recommendation, and what their installation made, less what the rules leave behind.
 */
import {posix} from 'node:path';
import {walkPackages, type PackageInClosure} from '../installed/package-closure.js';
import {
	packageId,
	sourceName,
	type InstalledPackage,
	type PackageDatabase,
} from '../installed/package-database.js';
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {Gathering} from './gathering.js';
import {findGeneratedFiles} from './generated-files.js';
import {isRuledOut, type Standing} from './payload-rules.js';

export function expandPackages(gathering: Gathering): void {
	for (const database of gathering.databases) {
		const closure = walkPackages(database, ofDatabase(database, gathering.roots), {
			recommendsOf: chooseRecommenders(gathering),
		});
		const fresh = closure.packages.filter(found => !gathering.expanded.has(found.package));
		const packages = fresh.map(found => found.package);
		const lists = database.files(packages);
		const standingOf = makeStanding(database, gathering.named, closure.recommended);
		for (const found of fresh) {
			gathering.expanded.add(found.package);
			const paths = lists.get(found.package) ?? [];
			const standing = standingOf(found.package);
			const kept = paths.filter(path => !isRuledOut(path, standing));
			addPackageFiles(gathering, found, kept);
		}

		for (const {path, of} of findGeneratedFiles(packages, database, gathering.sysroot)) {
			gathering.collector.add(path, {kind: 'generated', package: packageId(of)});
		}

		for (const {name, reason} of closure.excluded) {
			gathering.excluded.set(name, reason);
		}
	}
}

/** A source is often split in parts that were one program: of those that targets name, all parts count. */
function chooseRecommenders({request, targeted}: Gathering): (owner: InstalledPackage) => boolean {
	const sources = new Set([...targeted].map(sourceName));
	switch (request.recommends) {
		case 'none':
			return () => false;
		case 'named':
			return owner => sources.has(sourceName(owner));
		case 'all':
			return () => true;
	}
}

/**
 * What a named or recommended package needs stands as it does: headers include headers, and those of
 * libc6-dev are of no use without linux-libc-dev's.
 */
function makeStanding(
	database: PackageDatabase,
	named: ReadonlySet<InstalledPackage>,
	recommended: ReadonlySet<InstalledPackage>,
): (owner: InstalledPackage) => Standing {
	const withNeeds = (packages: ReadonlySet<InstalledPackage>): Set<InstalledPackage> => {
		const closure = walkPackages(database, ofDatabase(database, packages));
		return new Set(closure.packages.map(found => found.package));
	};

	const [allNamed, allRecommended] = [withNeeds(named), withNeeds(recommended)];
	return owner =>
		allNamed.has(owner) ? 'named' : allRecommended.has(owner) ? 'recommended' : 'ordinary';
}

function ofDatabase(
	{manager}: PackageDatabase,
	packages: Iterable<InstalledPackage>,
): InstalledPackage[] {
	return [...packages].filter(owner => owner.manager === manager);
}

function addPackageFiles(
	{collector, sysroot}: Gathering,
	found: PackageInClosure,
	paths: readonly SysrootPath[],
): void {
	const owner = found.package;
	const reason = {
		kind: 'package' as const,
		package: packageId(owner),
		neededBy: found.neededBy === undefined ? undefined : packageId(found.neededBy),
		isRecommended: found.isRecommended,
	};
	for (const path of paths) {
		// Directories come with what lies in them; only an empty one has to be carried for itself.
		const isDirectory = sysroot.status(path)?.kind === 'directory';
		if (!isDirectory || sysroot.list(path)?.length === 0) {
			collector.add(path, reason, owner);
			for (const compiled of compiledPython(path, sysroot)) {
				collector.add(compiled, reason, owner);
			}
		}
	}
}

/** What the installation compiled from a Python module; no package lists it. */
function compiledPython(path: SysrootPath, sysroot: Sysroot): SysrootPath[] {
	if (!path.endsWith('.py')) {
		return [];
	}

	const cache = sysrootPath(posix.join(posix.dirname(path), '__pycache__'));
	const stem = `${posix.basename(path, '.py')}.`;
	return (sysroot.list(cache) ?? [])
		.filter(name => name.startsWith(stem) && /^[^.]+\.pyc$/u.test(name.slice(stem.length)))
		.map(name => sysrootPath(posix.join(cache, name)));
}
