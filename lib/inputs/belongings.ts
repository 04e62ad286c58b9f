/**
 * What a program belongs to and travels with: the packages that own it, else the installation that it
 * lies in (docs/decisions/0026).
 */
import type {InstalledPackage} from '../installed/package-database.js';
import type {SysrootPath} from '../paths/paths.js';
import type {Gathering} from './gathering.js';
import {owningPackages} from './owning-packages.js';
import {asPrefix, basePython, prefixOf, type Prefix} from './prefixes.js';

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

/** The installation that a program which no package owns lies in. */
export function addOwnPrefix(gathering: Gathering, path: SysrootPath): Prefix | undefined {
	const prefix = takesPrefixes(gathering) ? prefixOf(path, gathering.sysroot) : undefined;
	if (prefix !== undefined) {
		addPrefix(gathering, prefix);
	}

	return prefix;
}

/** A directory that was named, where it is one; returns whether it is. */
export function addAsPrefix(gathering: Gathering, directory: SysrootPath): boolean {
	const prefix = takesPrefixes(gathering) ? asPrefix(directory, gathering.sysroot) : undefined;
	if (prefix !== undefined) {
		addPrefix(gathering, prefix);
	}

	return prefix !== undefined;
}

function takesPrefixes({request}: Gathering): boolean {
	return request.scope === 'auto';
}

/** With the base of an environment; what of it stays behind is told. */
function addPrefix(gathering: Gathering, prefix: Prefix): void {
	const {prefixes, collector, sysroot} = gathering;
	const {path, kind} = prefix;
	if (prefixes.has(path)) {
		return;
	}

	prefixes.add(path);
	const left: string[] = [];
	collector.addTree(path, {kind: 'prefix', prefix: path, of: kind}, name => {
		const leaves = prefix.leaves(name);
		if (leaves) {
			left.push(name);
		}

		return leaves;
	});
	if (left.length > 0) {
		collector.report({code: 'PREFIX_PART_LEFT_OUT', path, message: leftMessage(path, left)});
	}

	const base = basePython(prefix, sysroot);
	if (base !== undefined) {
		addBelongings(gathering, base);
	}
}

/** As many as fit into a line. */
const SAID = 3;

function leftMessage(prefix: SysrootPath, left: readonly string[]): string {
	const more = left.length > SAID ? ` and ${left.length - SAID} more` : '';
	const names = left.slice(0, SAID).join(', ');
	return `${names}${more} in it stays behind, for building or reading; --with ${prefix}/… takes it along`;
}
