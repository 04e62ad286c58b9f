/**
 * What a program belongs to and travels with: the packages that own it, else the installation that it
 * lies in (docs/decisions/0026).
 */
import {posix} from 'node:path';
import {DynpkError} from '../errors/dynpk-error.js';
import type {InstalledPackage} from '../installed/package-database.js';
import {isWithin, type SysrootPath} from '../paths/paths.js';
import type {Gathering} from './gathering.js';
import {owningPackages} from './owning-packages.js';
import {describeRest, installTreeOf} from './install-trees.js';
import {
	asPrefix,
	basePython,
	knownPrefixOf,
	prefixOf,
	STORE,
	treeAsPrefix,
	type Prefix,
} from './prefixes.js';
import {referencesIn} from './store-paths.js';

export interface Belongings {
	readonly owners: readonly InstalledPackage[];
	readonly prefix: Prefix | undefined;
}

/** Returns the packages that travel because this file does. */
export function addOwners(
	{request, sysroot, databases, roots}: Gathering,
	path: SysrootPath,
): readonly InstalledPackage[] {
	const owners = request.scope === 'closure' ? [] : [...owningPackages(path, sysroot, databases)];
	for (const owner of owners) {
		roots.add(owner);
	}

	return owners;
}

/** The packages that own a program; where there are none, the installation that it lies in. */
export function addBelongings(gathering: Gathering, path: SysrootPath): Belongings {
	const owners = addOwners(gathering, path);
	return {owners, prefix: owners.length === 0 ? addOwnPrefix(gathering, path) : undefined};
}

/**
 * The same of a target: `--scope prefix` takes the tree that it was installed into, whatever else lies
 * there, and without it that the tree stays behind is to be told.
 *
 * @throws {DynpkError} USAGE where it has no such tree of its own
 */
export function addTargetBelongings(gathering: Gathering, path: SysrootPath): Belongings {
	const {request, sysroot, strangers} = gathering;
	const known = addBelongings(gathering, path);
	const isAlone = known.owners.length === 0 && known.prefix === undefined;
	if (!isAlone || !takesPrefixes(gathering)) {
		return known;
	}

	const tree = installTreeOf(path, sysroot, request.environment.HOME);
	if (request.scope === 'auto') {
		if (tree !== undefined && tree.kind !== 'system') {
			const programs = strangers.get(tree.path)?.programs ?? [];
			strangers.set(tree.path, {tree, programs: [...programs, path]});
		}

		return known;
	}

	if (tree === undefined || tree.kind === 'system') {
		const why =
			tree === undefined ? 'is in no bin, sbin or libexec' : `is in ${tree.path}, the system’s`;
		throw new DynpkError('USAGE', `${path} has no prefix: it ${why}`, {
			hint: 'take what belongs to it with --with DIR',
		});
	}

	const prefix = treeAsPrefix(tree, sysroot);
	addPrefix(gathering, prefix);
	return {...known, prefix};
}

/** The installation that a program which no package owns lies in. */
export function addOwnPrefix(gathering: Gathering, path: SysrootPath): Prefix | undefined {
	const {sysroot, request} = gathering;
	const prefix = takesPrefixes(gathering)
		? prefixOf(path, sysroot, request.environment.HOME)
		: undefined;
	if (prefix !== undefined) {
		addPrefix(gathering, prefix);
	}

	return prefix;
}

/** A directory that was named, where it is one; returns whether it is. */
export function addAsPrefix(gathering: Gathering, directory: SysrootPath): boolean {
	const {sysroot, request} = gathering;
	const prefix = takesPrefixes(gathering)
		? asPrefix(directory, sysroot, request.environment.HOME)
		: undefined;
	if (prefix !== undefined) {
		addPrefix(gathering, prefix);
	}

	return prefix !== undefined;
}

/** Stores with a directory for each package: who loads a library of one needs what that reads. */
export function addLibraryPrefixes(gathering: Gathering): void {
	const {sysroot, request, libraries} = gathering;
	for (const library of takesPrefixes(gathering) ? libraries.takeUnowned() : []) {
		const prefix = knownPrefixOf(library, sysroot, request.environment.HOME);
		if (prefix?.isPackage === true) {
			addPrefix(gathering, prefix);
		}
	}
}

/** What lies beside targets in trees that are not taken, and may be theirs. */
export function reportStrangers({strangers, distributions, collector, sysroot}: Gathering): void {
	for (const {tree, programs} of strangers.values()) {
		const program = programs.find(path => !distributions.known.has(path));
		const message = program && describeRest(tree, program, collector, sysroot);
		if (message !== undefined) {
			collector.report({code: 'PREFIX_LEFT_OUT', path: tree.path, message});
		}
	}
}

function takesPrefixes({request: {scope}}: Gathering): boolean {
	return scope === 'auto' || scope === 'prefix';
}

/** With the base of an environment; what of it stays behind is told. */
function addPrefix(gathering: Gathering, prefix: Prefix): void {
	const {prefixes, collector, sysroot} = gathering;
	const {path, kind, trees} = prefix;
	if (prefixes.has(path)) {
		return;
	}

	prefixes.add(path);
	const left: string[] = [];
	for (const tree of trees) {
		const place = tree === path ? '' : `${posix.relative(path, tree)}/`;
		collector.addTree(tree, {kind: 'prefix', prefix: path, of: kind}, name => {
			const ofPrefix = place + name;
			const leaves = prefix.leaves(ofPrefix);
			if (leaves) {
				left.push(ofPrefix);
			}

			return leaves;
		});
	}

	if (left.length > 0) {
		collector.report({code: 'PREFIX_PART_LEFT_OUT', path, message: leftMessage(path, left)});
	}

	if (kind === STORE) {
		addReferenced(gathering, path);
	}

	const base = basePython(prefix, sysroot);
	if (base !== undefined) {
		addBelongings(gathering, base);
	}
}

/** Packages of the store that files of this one name. */
function addReferenced(gathering: Gathering, path: SysrootPath): void {
	const {collector, sysroot, prefixes} = gathering;
	const own = [...collector.entries.values()].filter(entry => isWithin(entry.path, path));
	for (const other of new Set(own.flatMap(entry => [...referencesIn(entry)]))) {
		const prefix = prefixes.has(other) ? undefined : asPrefix(other, sysroot);
		const kind = sysroot.status(other)?.kind;
		if (prefix !== undefined && kind === 'directory') {
			addPrefix(gathering, prefix);
		} else if (prefix !== undefined && kind !== undefined) {
			collector.add(other, {kind: 'prefix', prefix: other, of: STORE});
		}
	}
}

/** As many as fit into a line. */
const SAID = 3;

function leftMessage(prefix: SysrootPath, left: readonly string[]): string {
	const more = left.length > SAID ? ` and ${left.length - SAID} more` : '';
	const names = left.slice(0, SAID).join(', ');
	return `${names}${more} in it stays behind, for building or reading; --with ${prefix}/… takes it along`;
}
