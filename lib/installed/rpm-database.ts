/**
 * Installed RPM packages, as rpm(8) tells of them.
 *
 * One `rpm -qa` dumps names, dependencies and file lists of everything installed, so no later
 * question starts a process. The database's own format (sqlite, ndb, bdb) is rpm's business. It makes
 * locks and logs beside a database and follows links, so one of a foreign root is asked in a copy,
 * taken within that root.
 */
import {posix} from 'node:path';
import {DynpkError} from '../errors/dynpk-error.js';
import {outsideUsr} from '../paths/merged-usr.js';
import {hostPath, sysrootPath, type HostPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {askManager} from './ask-manager.js';
import type {
	InstalledPackage,
	PackageDatabase,
	SourcePackage,
	UnreadDatabase,
} from './package-database.js';
import {regularFileAt, withPrivateCopy} from './private-copy.js';

const databases = ['/var/lib/rpm', '/usr/lib/sysimage/rpm'];

/**
 * `undefined` where there is no rpm database. `temporary` is where a private directory can be made.
 *
 * @throws {DynpkError} PACKAGE_UNKNOWN for a database that rpm cannot read
 */
export function openRpmDatabase(
	sysroot: Sysroot,
	temporary: HostPath,
	ask = askManager,
): PackageDatabase | UnreadDatabase | undefined {
	const directory = databases
		.map(path => sysrootPath(path))
		.find(path => {
			const names = sysroot.list(path) ?? [];
			return names.some(
				name => isDatabase(name) && regularFileAt(sysroot, sysrootPath(posix.join(path, name))),
			);
		});
	if (directory === undefined) {
		const hidden = databases
			.map(path => sysrootPath(path))
			.find(path => sysroot.isHidden(sysrootPath(posix.join(path, 'Packages'))));
		return hidden && {manager: 'rpm', unread: hidden, missing: undefined};
	}

	const runRpm = (place: HostPath, name: string): string | undefined => queryRpm(place, name, ask);
	const dump =
		sysroot.root === '/'
			? runRpm(hostPath(directory), directory)
			: withPrivateCopy(
					sysroot,
					// All but what rpm makes anew: locks, and Berkeley DB's shared memory.
					{directory, below: [], isWanted: name => !/^__db|lock$/u.test(name), temporary},
					copy => runRpm(copy, posix.join(sysroot.root, directory)),
				);
	if (dump === undefined) {
		return {manager: 'rpm', unread: directory, missing: 'rpm'};
	}

	const records = dump
		.split(RECORD)
		.filter(text => text.trim() !== '')
		.map(parseRecord);
	const providers = indexProviders(records);
	const ownerOf = indexFiles(records);
	return {
		manager: 'rpm',
		isInstalled: true,
		find(name) {
			const direct = records.find(record => record.package.name === name);
			return direct?.package ?? providers.get(name) ?? ownerOf.get(name);
		},
		names: () => records.map(record => record.package.name),
		owners(paths) {
			return new Map(
				paths.flatMap(path => {
					const owner = ownerOf.get(path) ?? ownerOf.get(outsideUsr(path) ?? path);
					return owner === undefined ? [] : [[path, owner]];
				}),
			);
		},
		files(packages) {
			return new Map(
				packages.map(owner => {
					const record = records.find(candidate => candidate.package === owner);
					return [owner, record?.files ?? []];
				}),
			);
		},
		// What an installation makes is listed as a %ghost, and /usr/bin by one package for all.
		ownDirectories: () => new Map(),
	};
}

interface RpmRecord {
	readonly package: InstalledPackage;
	readonly files: readonly SysrootPath[];
}

// Control characters that rpm forbids in the fields they separate.
const RECORD = '\u001e';
const FIELD = '\u001f';

/** rpm knows recommendations since 4.12, and refuses a query for a tag that it does not know. */
const queryFormat = (recommends: string): string =>
	`%{NAME}${FIELD}%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}${FIELD}%{ARCH}${FIELD}%{LICENSE}${FIELD}` +
	`%{SOURCERPM}${FIELD}[%{REQUIRENAME}\\n]${FIELD}${recommends}${FIELD}[%{PROVIDENAME}\\n]${FIELD}` +
	`[%{FILENAMES}\\n]${RECORD}`;
const queryFormats = [queryFormat('[%{RECOMMENDNAME}\\n]'), queryFormat('')];

function isDatabase(name: string): boolean {
	return /^(?:rpmdb\.sqlite|Packages(?:\.db)?)$/u.test(name);
}

/** By its place rather than by `--root`, which changes the root directory and so needs privileges. */
function queryRpm(place: HostPath, name: string, ask: typeof askManager): string | undefined {
	let said = '';
	for (const format of queryFormats) {
		const answer = ask('rpm', ['--dbpath', place, '-qa', '--qf', format], 'utf8');
		if (answer === undefined) {
			return undefined;
		}

		if (answer.isWhole && !/^error: /mu.test(answer.said)) {
			return answer.stdout;
		}

		({said} = answer);
	}

	// Packed as if nothing were installed, programs would lack what their packages bring.
	const words = said.split('\n').filter(line => line !== '' && !line.startsWith('warning: '));
	throw new DynpkError('PACKAGE_UNKNOWN', `rpm cannot read the database ${name}`, {
		details: words.map(line => line.replace(/^error: /u, '').replaceAll(place, name)),
		hint: 'pack where rpm knows its format, or mend it with rpm --rebuilddb',
	});
}

function parseRecord(text: string): RpmRecord {
	const [name, version, architecture, license, source, ...lists] = text.split(FIELD);
	const [requires, recommends, provides, files] = lists;
	const lines = (field: string | undefined): string[] =>
		[...new Set((field ?? '').split('\n'))].filter(line => line !== '' && line !== '(none)');
	return {
		package: {
			manager: 'rpm',
			name: name ?? '',
			version: version ?? '',
			architecture: architecture ?? '',
			essential: false,
			depends: lines(requires)
				.filter(requirement => !requirement.startsWith('rpmlib('))
				.map(requirement => [requirement]),
			recommends: lines(recommends).map(name => [name]),
			provides: lines(provides),
			source: sourcePackage(source ?? ''),
			license,
		},
		files: lines(files)
			.filter(path => path.startsWith('/'))
			.map(path => sysrootPath(path)),
	};
}

/** `NAME-VERSION-RELEASE.src.rpm`; a key of a repository has none. */
function sourcePackage(file: string): SourcePackage | undefined {
	const parts = /^(?<name>.+)-(?<version>[^-]+-[^-]+)\.(?:no)?src\.rpm$/u.exec(file)?.groups;
	return parts === undefined ? undefined : {name: parts.name ?? '', version: parts.version ?? ''};
}

function indexProviders(records: readonly RpmRecord[]): Map<string, InstalledPackage> {
	const providers = new Map<string, InstalledPackage>();
	for (const record of records) {
		for (const provided of record.package.provides) {
			if (!providers.has(provided)) {
				providers.set(provided, record.package);
			}
		}
	}

	return providers;
}

/** Requirements may be file names, so the index answers for both questions. */
function indexFiles(records: readonly RpmRecord[]): Map<string, InstalledPackage> {
	return new Map(records.flatMap(record => record.files.map(path => [path, record.package])));
}
