/**
 * The user's `--exclude` patterns, and the proof that each of them did something.
 *
 * A pattern is matched against the sysroot path, its last components, and (for libraries) the
 * soname; `deb:NAME` stands for the files of a package, and for whatever only it needs. One that never
 * matched is an error: it was a typing mistake or has gone stale.
 */
import picomatch from 'picomatch';
import {DynpkError} from '../errors/dynpk-error.js';
import type {InstalledPackage, PackageDatabase} from '../installed/package-database.js';
import {belowUsr} from '../paths/merged-usr.js';
import type {Sysroot} from '../sysroot/sysroot.js';

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
	const rules = patterns.filter(pattern => !PACKAGE.test(pattern)).map(compile);
	const packages = patterns.flatMap(pattern => packageOf(pattern, place));
	let files: ReadonlyMap<string, string> | undefined;
	const used = new Set<string>();
	return {
		excludes(subject) {
			files ??= 'sysroot' in place ? filesOf(packages, place) : new Map();
			const pattern =
				rules.find(({whole, name}) => whole(subject) || name(subject))?.pattern ??
				files.get(belowUsr(subject));
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
		assertAllUsed() {
			const unused = patterns.filter(pattern => !used.has(pattern));
			if (unused.length > 0) {
				throw new DynpkError(
					'PATTERN_MATCHES_NOTHING',
					`--exclude ${unused.join(', --exclude ')} matches nothing`,
					{hint: 'see what would be packed with --dry-run'},
				);
			}
		},
	};
}

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

/** Longer than any path that it could match. */
const LONGEST = 4096;

interface Rule {
	readonly pattern: string;
	readonly whole: (path: string) => boolean;
	readonly name: (path: string) => boolean;
}

function compile(pattern: string): Rule {
	if (pattern === '') {
		throw new DynpkError('USAGE', '--exclude: the pattern is empty');
	}

	if (pattern.length > LONGEST) {
		const shown = pattern.slice(0, 40);
		throw new DynpkError('USAGE', `--exclude ${shown}…: ${pattern.length} characters are too many`);
	}

	// A relative pattern counts from any directory: 'b/**/image.so' means '**/b/**/image.so'.
	const anchored = pattern.startsWith('/') ? pattern : `**/${pattern}`;
	const options = {dot: true, nonegate: true};
	return {pattern, whole: picomatch(anchored, options), name: picomatch(pattern, options)};
}
