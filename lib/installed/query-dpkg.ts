/**
 * dpkg's records by dpkg-query(1), for a database whose files are not such as we know.
 *
 * Two calls, whatever the number of packages and questions: one for the status of all packages, and
 * one for all file lists when the first question about files comes. dpkg-query reads every list to
 * answer for a single path, so a call a question costs as much each time.
 */
import {DynpkError} from '../errors/dynpk-error.js';
import {sysrootPath, type HostPath, type SysrootPath} from '../paths/paths.js';
import {askManager} from './ask-manager.js';
import type {DpkgRecords} from './dpkg-records.js';
import {dependencyGroups} from './dpkg-status.js';
import type {InstalledPackage} from './package-database.js';

/**
 * `undefined` where there is no dpkg-query to ask. Where `admin` will be gone later, everything is asked
 * `atOnce`.
 *
 * @throws {DynpkError} PACKAGE_UNKNOWN with its own words where it fails.
 */
export function queryDpkg(
	admin: HostPath,
	{atOnce}: {readonly atOnce: boolean},
): DpkgRecords | undefined {
	const query = (format: string): string | undefined =>
		runDpkgQuery([`--admindir=${admin}`, '-W', '-f', format]);
	const status = query(STATUS_FORMAT);
	if (status === undefined) {
		return undefined;
	}

	const packages = parseStatus(status);
	let known: ReadonlyMap<InstalledPackage, string> | undefined;
	const lists = (): ReadonlyMap<InstalledPackage, string> =>
		(known ??= splitLists(query(FILES_FORMAT) ?? '', packages));
	if (atOnce) {
		lists();
	}

	const answers = new Map<string, readonly InstalledPackage[]>();
	return {
		packages: () => packages.map(({owner}) => owner),
		pathsOf: owner => parseFileList(lists().get(owner) ?? ''),
		findListers(paths) {
			const asked = paths.filter(path => !answers.has(path));
			for (const [path, listers] of asked.length === 0 ? [] : searchLists(lists(), asked)) {
				answers.set(path, listers);
			}

			return path => answers.get(path) ?? [];
		},
	};
}

const STATUS_FORMAT =
	'${binary:Package}\\t${Package}\\t${Version}\\t${Architecture}\\t${db:Status-Abbrev}\\t${Essential}\\t' +
	'${Pre-Depends}\\t${Depends}\\t${Recommends}\\t${Provides}\\t${source:Package}\\t${source:Version}\\n';

/** Begins a package's line: nothing else in dpkg's lists begins a line so, and splitting by it is cheap. */
const MARK = '\u0001';
/** A line for the package, then an indented one for each of its files. */
const FILES_FORMAT = `${MARK}\${binary:Package}\\n\${db-fsys:Files}`;

/** A character of the answer is a byte: names need not be UTF-8, and it costs less. */
function runDpkgQuery(args: readonly string[]): string | undefined {
	const answer = askManager('dpkg-query', args, 'latin1');
	if (answer?.isWhole === false) {
		throw new DynpkError('PACKAGE_UNKNOWN', `dpkg-query failed: ${answer.said}`);
	}

	return answer?.stdout;
}

interface NamedPackage {
	/** As dpkg-query writes it: with the architecture where the name alone could mean another. */
	readonly written: string;
	readonly owner: InstalledPackage;
}

function parseStatus(text: string): NamedPackage[] {
	return text.split('\n').flatMap(line => {
		const [written = '', name, version = '', architecture = '', abbreviation = '', ...rest] =
			line.split('\t');
		const [essential, pre = '', depends = '', recommends = '', provides = ''] = rest;
		const [sourceName, sourceVersion] = rest.slice(5);
		// The second letter is the state: `i` installed, `t`/`W` with triggers outstanding.
		if (name === undefined || !/^.[itW]/u.test(abbreviation)) {
			return [];
		}

		const owner: InstalledPackage = {
			manager: 'deb',
			name,
			version,
			architecture,
			essential: essential === 'yes',
			depends: [...dependencyGroups(pre), ...dependencyGroups(depends)],
			recommends: dependencyGroups(recommends),
			provides: dependencyGroups(provides).flat(),
			source: {name: sourceName ?? name, version: sourceVersion ?? version},
			license: undefined,
		};
		return [{written, owner}];
	});
}

/** The lists stay text, a byte a character: an index of every path would cost more than a few questions. */
function splitLists(
	text: string,
	packages: readonly NamedPackage[],
): ReadonlyMap<InstalledPackage, string> {
	const byName = new Map(packages.map(({written, owner}) => [written, owner]));
	const lists = new Map<InstalledPackage, string>();
	for (const section of text.slice(MARK.length).split(`\n${MARK}`)) {
		const end = section.indexOf('\n');
		const owner = end === -1 ? undefined : byName.get(section.slice(0, end));
		if (owner !== undefined) {
			lists.set(owner, section.slice(end + 1));
		}
	}

	return lists;
}

function parseFileList(list: string): SysrootPath[] {
	return Buffer.from(list, 'latin1')
		.toString('utf8')
		.split('\n')
		.filter(line => line.startsWith(' /'))
		.map(line => sysrootPath(line.slice(1)));
}

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
	for (const [owner, list] of lists) {
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
