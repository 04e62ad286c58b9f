/**
 * Add the plug-ins that installed packages put into directories of packed ones.
 *
 * A directory is a packed package's, and not everybody's, when whoever else has objects in it belongs
 * to that package: needs it, is of one source with it, or is recommended by what is packed. An object
 * there was put where a packed program looks for it, and travels by itself: its libraries come by the
 * walk, the rest of its package stays. One round: plug-ins of plug-ins stay.
 */
import {posix} from 'node:path';
import picomatch from 'picomatch';
import {isProgram} from '../elf/is-program.js';
import {walkPackages} from '../installed/package-closure.js';
import {
	packageId,
	sourceName,
	type InstalledPackage,
	type PackageDatabase,
} from '../installed/package-database.js';
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import noPlugInDirectories from './data/no-plug-in-directories.json' with {type: 'json'};
import type {Gathering} from './gathering.js';

const isShared = picomatch(
	noPlugInDirectories.map(({pattern}) => pattern),
	{dot: true},
);
const holdsObjects = picomatch('/{usr/,}{lib*,libexec,games}/**', {dot: true});
const isObjectName = /\.so(?:\.|$)/u;

/** Whether anything was added. */
export function addPlugIns(gathering: Gathering): boolean {
	if (gathering.request.scope === 'closure' || gathering.request.recommends === 'none') {
		return false;
	}

	const before = gathering.collector.entries.size;
	for (const database of gathering.databases) {
		const listers = listersOfDirectories(database, gathering);
		const strangers = findStrangers([...listers.keys()], gathering);
		const owners = database.owners(strangers.flatMap(({paths}) => paths));
		const belongs = makeBelonging(database, gathering);
		for (const {directory, paths} of strangers) {
			const found = paths.flatMap(path => {
				const owner = owners.get(path);
				return owner === undefined || gathering.expanded.has(owner) ? [] : [{path, owner}];
			});
			const hosts = listers.get(directory) ?? [];
			const hostOf = (owner: InstalledPackage): InstalledPackage | undefined =>
				hosts.find(host => belongs(owner, host));
			if (found.every(({owner}) => hostOf(owner) !== undefined)) {
				for (const {path, owner} of found) {
					const host = hostOf(owner) ?? owner;
					gathering.collector.add(path, {kind: 'guest', of: packageId(host)}, owner);
				}
			}
		}
	}

	return gathering.collector.entries.size > before;
}

/** Directories that packed packages list and plug-ins may lie in, with who lists them. */
function listersOfDirectories(
	database: PackageDatabase,
	{expanded, sysroot}: Gathering,
): Map<SysrootPath, InstalledPackage[]> {
	const packed = [...expanded.keys()].filter(({manager}) => manager === database.manager);
	const listers = new Map<SysrootPath, InstalledPackage[]>();
	for (const [owner, paths] of database.files(packed)) {
		for (const path of paths) {
			if (holdsObjects(path) && !isShared(path) && sysroot.status(path)?.kind === 'directory') {
				listers.set(path, [...(listers.get(path) ?? []), owner]);
			}
		}
	}

	return listers;
}

interface Strangers {
	readonly directory: SysrootPath;
	readonly paths: readonly SysrootPath[];
}

/** Shared objects in these directories that are not packed. */
function findStrangers(
	directories: readonly SysrootPath[],
	{sysroot, collector}: Gathering,
): Strangers[] {
	return directories.flatMap(directory => {
		const paths = (sysroot.list(directory) ?? [])
			.filter(name => isObjectName.test(name))
			.map(name => sysrootPath(posix.join(directory, name)))
			.filter(path => !collector.entries.has(path) && isPlugIn(path, sysroot));
		return paths.length === 0 ? [] : [{directory, paths}];
	});
}

/** An object itself, or another name of one in the same directory; elsewhere links are for linkers. */
function isPlugIn(path: SysrootPath, sysroot: Sysroot): boolean {
	const real = sysroot.realPath(path);
	if (real === undefined || sysroot.status(real)?.kind !== 'file') {
		return false;
	}

	const target = sysroot.linkTarget(path);
	const answer = target?.includes('/') === true ? undefined : sysroot.elf(real);
	return answer?.status === 'elf' && answer.object.type === 'shared' && !isProgram(answer.object);
}

function makeBelonging(
	database: PackageDatabase,
	{expanded}: Gathering,
): (owner: InstalledPackage, host: InstalledPackage) => boolean {
	const recommended = new Set(
		[...expanded.keys()].flatMap(({recommends}) =>
			recommends.flat().flatMap(name => database.find(name) ?? []),
		),
	);
	const needs = new Map<InstalledPackage, ReadonlySet<InstalledPackage>>();
	const needsOf = (owner: InstalledPackage): ReadonlySet<InstalledPackage> => {
		const known =
			needs.get(owner) ??
			new Set(walkPackages(database, [owner]).packages.map(found => found.package));
		needs.set(owner, known);
		return known;
	};

	return (owner, host) =>
		sourceName(owner) === sourceName(host) || recommended.has(owner) || needsOf(owner).has(host);
}
