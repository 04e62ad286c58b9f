/**
 * Installed Debian packages, as dpkg-query(1) tells of them.
 *
 * Two calls, whatever the number of packages and questions: one for the status of all packages, and
 * one for all file lists when the first question about files comes. dpkg-query reads every list to
 * answer for a single path, so a call a question costs as much each time. The files below
 * `var/lib/dpkg` are dpkg's own business.
 */
import {spawnSync} from 'node:child_process';
import {DynpkError} from '../../errors/dynpk-error.js';
import {sysrootPath, type SysrootPath} from '../../paths/paths.js';
import type {Sysroot} from '../sysroot.js';
import type {InstalledPackage, PackageDatabase} from './package-database.js';

/** `undefined` where there is no dpkg database or no dpkg-query to ask. */
export function openDpkgDatabase(sysroot: Sysroot): PackageDatabase | undefined {
	const admin = sysroot.hostPath(sysrootPath('/var/lib/dpkg'));
	if (admin === undefined || sysroot.status(sysrootPath('/var/lib/dpkg/status')) === undefined) {
		return undefined;
	}

	const query = (format: string): string | undefined => {
		return runDpkgQuery([`--admindir=${admin}`, '-W', '-f', format]);
	};
	const status = query(statusFormat);
	if (status === undefined) {
		return undefined;
	}

	const byName = indexPackages(parseStatus(status));
	let known: FileIndex | undefined;
	const index = (): FileIndex => (known ??= indexFiles(query(filesFormat) ?? '', byName));
	return {
		manager: 'deb',
		find: name => byName.get(name),
		owners(paths) {
			return new Map(
				paths.flatMap(path => {
					const owner = findOwner(path, index());
					return owner === undefined ? [] : [[path, owner]];
				}),
			);
		},
		files(packages) {
			return new Map(
				packages.map(owner => [owner, (index().lists.get(owner) ?? []).map(sysrootPath)]),
			);
		},
	};
}

const statusFormat =
	'${binary:Package}\\t${Package}\\t${Version}\\t${Architecture}\\t${db:Status-Abbrev}\\t${Essential}\\t' +
	'${Pre-Depends}\\t${Depends}\\t${Provides}\\n';

/** A line for the package, then an indented one for each of its files. */
const filesFormat = '${binary:Package}\\n${db-fsys:Files}';

/** Large enough for the file lists of a whole distribution. */
const OUTPUT_LIMIT = 1 << 30;

function runDpkgQuery(args: readonly string[]): string | undefined {
	const result = spawnSync('dpkg-query', args, {
		encoding: 'utf8',
		env: {LC_ALL: 'C', PATH: '/usr/bin:/bin:/usr/local/bin'},
		maxBuffer: OUTPUT_LIMIT,
	});
	if (result.error !== undefined) {
		return undefined;
	}

	if (result.status !== 0) {
		throw new DynpkError('PACKAGE_UNKNOWN', `dpkg-query failed: ${result.stderr.trim()}`);
	}

	return result.stdout;
}

function parseStatus(text: string): InstalledPackage[] {
	return text.split('\n').flatMap(line => {
		const [, name, version, architecture, abbreviation, essential, pre, depends, provides] =
			line.split('\t');
		// The second letter is the state: `i` installed, `t`/`W` with triggers outstanding.
		if (name === undefined || !/^.[itW]/u.test(abbreviation ?? '')) {
			return [];
		}

		return [
			{
				manager: 'deb' as const,
				name,
				version: version ?? '',
				architecture: architecture ?? '',
				essential: essential === 'yes',
				depends: [...dependencyGroups(pre ?? ''), ...dependencyGroups(depends ?? '')],
				provides: dependencyGroups(provides ?? '').flat(),
				license: undefined,
			},
		];
	});
}

/** Names only: what is installed satisfies its versions, dpkg saw to that. */
function dependencyGroups(field: string): string[][] {
	return field
		.split(',')
		.map(group =>
			group
				.split('|')
				.map(choice => choice.trim().replace(/[\s([].*$/su, ''))
				.filter(name => name !== ''),
		)
		.filter(group => group.length > 0);
}

function indexPackages(packages: readonly InstalledPackage[]): Map<string, InstalledPackage> {
	const byName = new Map<string, InstalledPackage>();
	for (const owner of packages) {
		byName.set(`${owner.name}:${owner.architecture}`, owner);
		if (!byName.has(owner.name)) {
			byName.set(owner.name, owner);
		}
	}

	// A real package of a name outranks any that merely provides it.
	for (const owner of packages) {
		for (const provided of owner.provides) {
			if (!byName.has(provided)) {
				byName.set(provided, owner);
			}
		}
	}

	// `python3:any` is a dependency that any architecture of the package satisfies.
	for (const [name, owner] of [...byName]) {
		if (!name.includes(':')) {
			byName.set(`${name}:any`, owner);
		}
	}

	return byName;
}

/** Merged-/usr systems list `/bin/sh` or `/usr/bin/sh`, depending on the age of the package. */
function spellings(path: SysrootPath): string[] {
	const outside = /^\/usr(?<rest>\/(?:bin|sbin|lib\w*)\/.*)$/u.exec(path)?.groups?.rest;
	return outside === undefined ? [path] : [path, outside];
}

interface FileIndex {
	/** In the package's order. */
	readonly lists: ReadonlyMap<InstalledPackage, readonly string[]>;
	readonly owners: ReadonlyMap<string, InstalledPackage | typeof SHARED>;
}

/** Several packages list a directory or a link such as /bin; no one of them owns it. */
const SHARED = Symbol('shared');

function indexFiles(text: string, byName: ReadonlyMap<string, InstalledPackage>): FileIndex {
	const lists = new Map<InstalledPackage, string[]>();
	const owners = new Map<string, InstalledPackage | typeof SHARED>();
	let owner: InstalledPackage | undefined;
	// Not split: an array of every line would hold a string each, of which one in two is used.
	for (let start = 0, end; start < text.length; start = end + 1) {
		end = text.indexOf('\n', start);
		end = end === -1 ? text.length : end;
		if (!text.startsWith(' ', start)) {
			owner = byName.get(text.slice(start, end));
		} else if (owner !== undefined && text.startsWith('/', start + 1)) {
			const path = text.slice(start + 1, end);
			const list = lists.get(owner) ?? [];
			lists.set(owner, list);
			list.push(path);
			addOwner(owners, path, owner);
		}
	}

	return {lists, owners};
}

/** Of one package for several architectures, the first speaks for the file. */
function addOwner(
	owners: Map<string, InstalledPackage | typeof SHARED>,
	path: string,
	owner: InstalledPackage,
): void {
	const known = owners.get(path);
	if (known === undefined) {
		owners.set(path, owner);
	} else if (known !== SHARED && known.name !== owner.name) {
		owners.set(path, SHARED);
	}
}

function findOwner(path: SysrootPath, {owners}: FileIndex): InstalledPackage | undefined {
	for (const spelling of spellings(path)) {
		const owner = owners.get(spelling);
		if (owner !== undefined && owner !== SHARED) {
			return owner;
		}
	}

	return undefined;
}
