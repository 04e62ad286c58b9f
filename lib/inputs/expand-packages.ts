/**
 * Bring in the files of the packages asked for, of those they cannot do without and of those that go
 * with them by recommendation, and what their installation made, less what the rules leave behind.
 */
import {posix} from 'node:path';
import {
	walkPackages,
	type PackageInClosure,
	type WalkLimits,
} from '../installed/package-closure.js';
import {
	packageId,
	sourceName,
	type InstalledPackage,
	type PackageDatabase,
} from '../installed/package-database.js';
import {parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import {packageDirectories} from '../paths/program-directories.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {isForBuilding} from './development-packages.js';
import type {Gathering} from './gathering.js';
import {findGeneratedFiles} from './generated-files.js';
import {isLibraryBulk} from './library-bulk.js';
import type {Reason} from './payload.js';
import {isRuledOut, type Standing} from './payload-rules.js';
import {privateOfPackage} from './private-files.js';
import {isPublicFile} from './public-file.js';
import type {LibraryReach} from './reach-libraries.js';

export function expandPackages(gathering: Gathering): void {
	const leavesOut = chooseLeftOut(gathering);
	for (const database of gathering.databases) {
		const roots = ofDatabase(database, gathering.roots).filter(
			owner => !gathering.exclusions.excludesPackage(owner),
		);
		const closure = walkPackages(database, roots, {
			recommendsOf: chooseRecommenders(gathering),
			leavesOut,
		});
		const standingOf = makeStanding(database, gathering.named, closure.recommended);
		addWhole(gathering, database, closure.packages, standingOf);
		for (const {name, reason} of closure.excluded) {
			gathering.excluded.set(name, reason);
		}

		noteLeftOut(gathering, closure.leftOut);
		expandLibraries(gathering, database, leavesOut);
	}
}

function addWhole(
	gathering: Gathering,
	database: PackageDatabase,
	found: readonly PackageInClosure[],
	standingOf: (owner: InstalledPackage) => Standing,
): void {
	const fresh = found.filter(({package: owner}) => !gathering.expanded.has(owner));
	const packages = fresh.map(({package: owner}) => owner);
	const lists = database.files(packages);
	for (const origin of fresh) {
		const {package: owner, neededBy, isRecommended} = origin;
		gathering.expanded.set(owner, origin);
		const standing = standingOf(owner);
		const listed = lists.get(owner) ?? [];
		const because = neededBy === undefined ? undefined : packageId(neededBy);
		const isRuled = (path: SysrootPath): boolean => isRuledOut(path, standing);
		// Who names a package of nothing else wants it.
		const isWanted = gathering.named.has(owner) && isAllRuledOut(listed, isRuled);
		const isKept = (path: SysrootPath): boolean => isWanted || !isRuled(path);
		addPackageFiles(
			gathering,
			{owner, listed, isKept, isInstalled: database.isInstalled},
			{
				kind: 'package',
				package: packageId(owner),
				neededBy: because,
				isRecommended,
			},
		);
	}

	addGenerated(gathering, database, packages);
}

/** What every package of Debian has, and what says nothing about what it is for. */
const BOILERPLATE =
	/^\/usr\/share\/(?:doc\/[^/]+\/(?:copyright|changelog[^/]*|NEWS[^/]*|README\.Debian[^/]*)|lintian\/.*)$/u;

/** Whether nothing of a package would travel by the rules, though it has something. */
function isAllRuledOut(
	listed: readonly SysrootPath[],
	isRuled: (path: SysrootPath) => boolean,
): boolean {
	const parents = new Set(listed.map(parentOf));
	const files = listed.filter(path => !parents.has(path) && !BOILERPLATE.test(path));
	return files.length > 0 && files.every(isRuled);
}

/**
 * For objects that no package owns: of the packages of their libraries what these hold for themselves,
 * and whatever they need, as if the objects were a package that depends on them.
 */
function expandLibraries(
	gathering: Gathering,
	database: PackageDatabase,
	leavesOut: LeavesOut,
): void {
	const {libraries, expanded} = gathering;
	const loaded = ofDatabase(database, libraries.packages);
	const closure = walkPackages(database, loaded, {endsAt: libraries.libc, leavesOut});
	noteLeftOut(gathering, closure.leftOut);
	const needs = closure.packages.filter(
		({package: owner}) => !libraries.packages.has(owner) && !libraries.libc.has(owner),
	);
	addWhole(gathering, database, needs, () => 'ordinary');
	const holders = [...loaded, ...ofDatabase(database, libraries.libc)];
	const parts = holders.filter(owner => !expanded.has(owner) && !isHeld(gathering, owner));
	const lists = database.files(parts);
	for (const owner of parts) {
		gathering.held.set(owner, countImporters(libraries));
		const listed = lists.get(owner) ?? [];
		const isKept = (path: SysrootPath): boolean => isPrivate(path, gathering);
		addPackageFiles(
			gathering,
			{owner, listed, isKept, isInstalled: database.isInstalled},
			{kind: 'library', package: packageId(owner)},
		);
	}

	addGenerated(gathering, database, parts);
}

/** More may be carried when more is known of what the objects import. */
function isHeld({held, libraries}: Gathering, owner: InstalledPackage): boolean {
	return held.get(owner) === countImporters(libraries);
}

function countImporters({importers}: LibraryReach): number {
	return [...importers.values()].reduce((sum, {size}) => sum + size, 0);
}

const startedDirectories: ReadonlySet<string> = new Set(packageDirectories);

/** In a directory that is not everybody's: libraries that are loaded come by themselves, programs are not called. */
function isPrivate(path: SysrootPath, {libraries, sysroot}: Gathering): boolean {
	const directory = parentOf(path);
	const real = sysroot.realPath(directory) ?? directory;
	return (
		!startedDirectories.has(directory) &&
		!libraries.directories.has(real) &&
		!isRuledOut(path, 'ordinary') &&
		!isLibraryBulk(path, libraries.importers)
	);
}

function addGenerated(
	{collector, sysroot}: Gathering,
	database: PackageDatabase,
	packages: readonly InstalledPackage[],
): void {
	for (const {path, of} of findGeneratedFiles(packages, database, sysroot)) {
		collector.add(path, {kind: 'generated', package: packageId(of)});
	}
}

type LeavesOut = NonNullable<WalkLimits['leavesOut']>;

function chooseLeftOut({exclusions, targeted}: Gathering): LeavesOut {
	const sources = new Set([...targeted].map(sourceName));
	return (asked, by) => exclusions.excludesPackage(asked) || isForBuilding(asked, by, sources);
}

/** What the user excluded needs no word. */
function noteLeftOut(
	{exclusions, leftOut}: Gathering,
	found: ReadonlyMap<InstalledPackage, InstalledPackage>,
): void {
	for (const [asked, by] of found) {
		if (!exclusions.excludesPackage(asked) && !leftOut.has(asked)) {
			leftOut.set(asked, by);
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

interface PackageFiles {
	readonly owner: InstalledPackage;
	readonly listed: readonly SysrootPath[];
	readonly isKept: (path: SysrootPath) => boolean;
	/** What was not, has nothing but what its package file holds. */
	readonly isInstalled: boolean;
}

function addPackageFiles(
	{collector, sysroot}: Gathering,
	{owner, listed, isKept, isInstalled}: PackageFiles,
	reason: Reason,
): void {
	const parents = new Set(listed.map(parentOf));
	for (const path of listed) {
		if (!isKept(path) || (isState(path) && !isPublicFile(path, sysroot))) {
			continue;
		}

		const finding = isInstalled ? privateOfPackage(path, sysroot) : undefined;
		if (finding !== undefined) {
			if (!collector.excludes(path)) {
				collector.report(finding);
			}

			continue;
		}

		// Directories come with what lies in them. One that the package has empty is carried for itself:
		// what other packages put there may stay behind.
		if (!parents.has(path) || sysroot.status(path)?.kind !== 'directory') {
			collector.add(path, reason, owner);
			for (const compiled of compiledPython(path, sysroot)) {
				collector.add(compiled, reason, owner);
			}
		}
	}
}

/** Where packages list data of their own beside what a machine writes, and empty directories wait for that. */
function isState(path: SysrootPath): boolean {
	return path.startsWith('/var/');
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
