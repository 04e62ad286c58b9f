/**
 * Installed Debian packages, as dpkg-query(1) tells of them.
 *
 * Three calls at most, whatever the number of packages and files: one for the whole status, one to
 * find owners, one for file lists. The files below `var/lib/dpkg` are dpkg's own business.
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

	const query = (args: readonly string[], partial: boolean): string | undefined =>
		runDpkgQuery([`--admindir=${admin}`, ...args], partial);
	const status = query(['-W', '-f', statusFormat], false);
	if (status === undefined) {
		return undefined;
	}

	const byName = indexPackages(parseStatus(status));
	const find = (name: string): InstalledPackage | undefined => byName.get(name);
	return {
		manager: 'deb',
		find,
		owners(paths) {
			const patterns = new Set(paths.flatMap(path => spellings(path).map(escapePattern)));
			const answer = patterns.size === 0 ? '' : query(['-S', '--', ...patterns], true);
			const owners = parseOwners(answer ?? '', find);
			return new Map(
				paths.flatMap(path => {
					const owner = spellings(path).map(spelling => owners.get(spelling));
					const known = owner.find(candidate => candidate !== undefined);
					return known === undefined ? [] : [[path, known]];
				}),
			);
		},
		files(packages) {
			const names = packages.map(owner => qualifiedName(owner));
			const answer = names.length === 0 ? '' : (query(['-L', '--', ...names], false) ?? '');
			const lists = answer.split('\n\n').map(parseFileList);
			return new Map(packages.map((owner, index) => [owner, lists[index] ?? []]));
		},
	};
}

const statusFormat =
	'${binary:Package}\\t${Package}\\t${Version}\\t${Architecture}\\t${db:Status-Abbrev}\\t${Essential}\\t' +
	'${Pre-Depends}\\t${Depends}\\t${Provides}\\n';

/** Large enough for the file lists of a whole distribution. */
const OUTPUT_LIMIT = 1 << 30;

function runDpkgQuery(args: readonly string[], partial: boolean): string | undefined {
	const result = spawnSync('dpkg-query', args, {
		encoding: 'utf8',
		env: {LC_ALL: 'C', PATH: '/usr/bin:/bin:/usr/local/bin'},
		maxBuffer: OUTPUT_LIMIT,
	});
	if (result.error !== undefined) {
		return undefined;
	}

	// `-S` answers 1 when any of the paths has no owner, and still prints the others.
	if (result.status !== 0 && !(partial && result.status === 1)) {
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

function qualifiedName(owner: InstalledPackage): string {
	return `${owner.name}:${owner.architecture}`;
}

/** Merged-/usr systems list `/bin/sh` or `/usr/bin/sh`, depending on the age of the package. */
function spellings(path: SysrootPath): string[] {
	const outside = /^\/usr(?<rest>\/(?:bin|sbin|lib\w*)\/.*)$/u.exec(path)?.groups?.rest;
	return outside === undefined ? [path] : [path, outside];
}

/** `-S` takes shell patterns; a name with a bracket, as `/usr/bin/[`, must be taken literally. */
function escapePattern(path: string): string {
	return path.replace(/[\\*?[\]]/gu, character => `\\${character}`);
}

function parseOwners(
	text: string,
	find: (name: string) => InstalledPackage | undefined,
): Map<string, InstalledPackage> {
	const owners = new Map<string, InstalledPackage>();
	for (const line of text.split('\n')) {
		const match = /^(?<names>[^/]+): (?<path>\/.*)$/u.exec(line);
		const names = match?.groups?.names?.split(', ') ?? [];
		const path = match?.groups?.path;
		const [name] = names;
		if (name === undefined || path === undefined || name.startsWith('diversion by ')) {
			continue;
		}

		// Several packages list a directory or a link such as /bin; no one of them owns it.
		const isShared = new Set(names.map(text => text.replace(/:.*$/u, ''))).size > 1;
		const owner = isShared ? undefined : find(name);
		if (owner !== undefined && !owners.has(path)) {
			owners.set(path, owner);
		}
	}

	return owners;
}

function parseFileList(text: string): SysrootPath[] {
	return text
		.split('\n')
		.filter(line => line.startsWith('/'))
		.map(line => sysrootPath(line));
}
