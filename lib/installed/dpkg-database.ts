/**
 * Installed Debian packages, as dpkg-query(1) tells of them.
 *
 * Two calls, whatever the number of packages and questions: one for the status of all packages, and
 * one for all file lists when the first question about files comes. dpkg-query reads every list to
 * answer for a single path, so a call a question costs as much each time. The files below
 * `var/lib/dpkg` are dpkg's own business.
 */
import {spawnSync} from 'node:child_process';
import {DynpkError} from '../errors/dynpk-error.js';
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {InstalledPackage, PackageDatabase} from './package-database.js';

/** `undefined` where there is no dpkg database or no dpkg-query to ask. */
export function openDpkgDatabase(sysroot: Sysroot): PackageDatabase | undefined {
	const admin = sysroot.hostPath(sysrootPath('/var/lib/dpkg'));
	if (admin === undefined || sysroot.status(sysrootPath('/var/lib/dpkg/status')) === undefined) {
		return undefined;
	}

	const query = (format: string, encoding: 'utf8' | 'latin1'): string | undefined => {
		return runDpkgQuery([`--admindir=${admin}`, '-W', '-f', format], encoding);
	};
	const status = query(statusFormat, 'utf8');
	if (status === undefined) {
		return undefined;
	}

	const byName = indexPackages(parseStatus(status));
	let known: FileLists | undefined;
	const lists = (): FileLists =>
		(known ??= makeFileLists(query(filesFormat, 'latin1') ?? '', byName));
	return {
		manager: 'deb',
		find: name => byName.get(name),
		owners(paths) {
			const listersOf = lists().findListers(paths.flatMap(spellings));
			return new Map(
				paths.flatMap(path => {
					const owner = spellings(path)
						.map(spelling => soleOf(listersOf(spelling)))
						.find(candidate => candidate !== undefined);
					return owner === undefined ? [] : [[path, owner]];
				}),
			);
		},
		files: packages => new Map(packages.map(owner => [owner, lists().pathsOf(owner)])),
		ownDirectories(packages) {
			const directories = packages.flatMap(owner =>
				lists()
					.pathsOf(owner)
					.filter(path => sysroot.status(path)?.kind === 'directory'),
			);
			const listersOf = lists().findListers(directories.flatMap(spellings));
			return new Map(
				directories.flatMap(path => {
					const owner = soleOf(spellings(path).flatMap(listersOf));
					return owner === undefined ? [] : [[path, owner]];
				}),
			);
		},
	};
}

const statusFormat =
	'${binary:Package}\\t${Package}\\t${Version}\\t${Architecture}\\t${db:Status-Abbrev}\\t${Essential}\\t' +
	'${Pre-Depends}\\t${Depends}\\t${Provides}\\n';

/** Begins a package's line: nothing else in dpkg's lists begins a line so, and splitting by it is cheap. */
const MARK = '\u0001';
/** A line for the package, then an indented one for each of its files. */
const filesFormat = `${MARK}\${binary:Package}\\n\${db-fsys:Files}`;

/** Large enough for the file lists of a whole distribution. */
const OUTPUT_LIMIT = 1 << 30;

function runDpkgQuery(args: readonly string[], encoding: 'utf8' | 'latin1'): string | undefined {
	const result = spawnSync('dpkg-query', args, {
		encoding,
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

/** Several packages list a directory or a link such as /bin, and no one of them owns it. */
function soleOf(listers: readonly InstalledPackage[]): InstalledPackage | undefined {
	return listers.length === 1 ? listers[0] : undefined;
}

interface FileLists {
	/** In the package's order. */
	pathsOf(owner: InstalledPackage): SysrootPath[];
	/** Look for all of these paths in one pass; the answer knows no others. */
	findListers(paths: readonly string[]): (path: string) => readonly InstalledPackage[];
}

/**
 * The lists stay one text, a byte a character, and each question nobody asked before is one pass
 * over it: an index of every path of a system would cost more than the few questions there are,
 * and 30 MB.
 */
function makeFileLists(text: string, byName: ReadonlyMap<string, InstalledPackage>): FileLists {
	const lists = new Map<InstalledPackage, string>();
	for (const section of text.slice(MARK.length).split(`\n${MARK}`)) {
		const end = section.indexOf('\n');
		const owner = end === -1 ? undefined : byName.get(section.slice(0, end));
		if (owner !== undefined) {
			lists.set(owner, section.slice(end + 1));
		}
	}

	const answers = new Map<string, readonly InstalledPackage[]>();
	return {
		pathsOf: owner => parseFileList(lists.get(owner) ?? ''),
		findListers(paths) {
			const asked = paths.filter(path => !answers.has(path));
			for (const [path, listers] of searchLists(lists, asked)) {
				answers.set(path, listers);
			}

			return path => answers.get(path) ?? [];
		},
	};
}

function parseFileList(list: string): SysrootPath[] {
	return Buffer.from(list, 'latin1')
		.toString('utf8')
		.split('\n')
		.filter(line => line.startsWith(' /'))
		.map(line => sysrootPath(line.slice(1)));
}

/** Who lists each of these paths; of one package for several architectures, the first speaks. */
function searchLists(
	lists: ReadonlyMap<InstalledPackage, string>,
	paths: readonly string[],
): Map<string, InstalledPackage[]> {
	const listers = new Map<string, InstalledPackage[]>(paths.map(path => [path, []]));
	const wanted = new Map(
		[...listers].map(([path, found]) => [Buffer.from(path).toString('latin1'), found]),
	);
	// A line is only cut out and hashed where its length is one of those asked for.
	const lengths = new Set([...wanted.keys()].map(path => path.length));
	for (const [owner, list] of lengths.size === 0 ? [] : lists) {
		for (let start = 1, end; start < list.length; start = end + 2) {
			end = list.indexOf('\n', start);
			end = end === -1 ? list.length : end;
			const found = lengths.has(end - start) ? wanted.get(list.slice(start, end)) : undefined;
			if (found?.every(({name}) => name !== owner.name) === true) {
				found.push(owner);
			}
		}
	}

	return listers;
}
