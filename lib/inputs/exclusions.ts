/**
 * The user's `--exclude` patterns: of files (user-patterns.ts), or `deb:NAME`, which stands for the files of a
 * package, and for whatever only it needs.
 */
import type {InstalledPackage, PackageDatabase} from '../installed/package-database.js';
import {belowUsr} from '../paths/merged-usr.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {assertUsed, compilePattern} from './user-patterns.js';

export interface Exclusions {
	/** Whether one of the patterns leaves this path or this soname out. */
	excludes(pathOrSoname: string): boolean;
	excludesPackage(owner: InstalledPackage): boolean;
	/** @throws {DynpkError} PATTERN_MATCHES_NOTHING naming every pattern that never matched. */
	assertAllUsed(): void;
}

/** Where packages that patterns name are looked up. */
export interface PackagePlace {
	readonly sysroot: Sysroot;
	readonly databases: readonly PackageDatabase[];
}

const nowhere = {databases: []};

/** @throws {DynpkError} USAGE for what is no pattern */
export function makeExclusions(
	patterns: readonly string[],
	place: PackagePlace | typeof nowhere = nowhere,
): Exclusions {
	const rules = patterns
		.filter(pattern => !PACKAGE.test(pattern))
		.map(pattern => compilePattern(OPTION, pattern));
	const packages = patterns.flatMap(pattern => packageOf(pattern, place));
	let files: ReadonlyMap<string, string> | undefined;
	const used = new Set<string>();
	return {
		excludes(subject) {
			files ??= 'sysroot' in place ? filesOf(packages, place) : new Map();
			const pattern =
				rules.find(({matches}) => matches(subject))?.pattern ?? files.get(belowUsr(subject));
			if (pattern !== undefined) {
				used.add(pattern);
			}

			return pattern !== undefined;
		},
		excludesPackage(owner) {
			const named = packages.find(candidate => candidate.owner === owner);
			if (named !== undefined) {
				used.add(named.pattern);
			}

			return named !== undefined;
		},
		assertAllUsed: () => assertUsed(OPTION, patterns, used),
	};
}

const OPTION = '--exclude';
const PACKAGE = /^(?<manager>deb|rpm):(?<name>.+)$/u;

interface ExcludedPackage {
	readonly pattern: string;
	readonly owner: InstalledPackage;
}

/** One that is not installed excludes nothing, which is found out with the rest. */
function packageOf(
	pattern: string,
	{databases}: Pick<PackagePlace, 'databases'>,
): ExcludedPackage[] {
	const {manager, name = ''} = PACKAGE.exec(pattern)?.groups ?? {};
	return databases.flatMap(database => {
		const owner = database.manager === manager ? database.find(name) : undefined;
		return owner === undefined ? [] : [{pattern, owner}];
	});
}

/** Paths below `/usr`, by the pattern that excludes them; directories are others' as well. */
function filesOf(
	packages: readonly ExcludedPackage[],
	{sysroot, databases}: PackagePlace,
): Map<string, string> {
	const files = new Map<string, string>();
	for (const {pattern, owner} of packages) {
		const database = databases.find(({manager}) => manager === owner.manager);
		for (const path of database?.files([owner]).get(owner) ?? []) {
			if (sysroot.status(path)?.kind !== 'directory') {
				files.set(belowUsr(path), pattern);
			}
		}
	}

	return files;
}
