/**
 * The packages that were given and those that may be added to them.
 *
 * A repository is a directory with `repodata/`, one with a Debian `Packages` index, or plain
 * package files in any depth. Records only: no payload is touched.
 */
import {existsSync, readdirSync, statSync} from 'node:fs';
import {posix} from 'node:path';
import {DynpkError, errnoOf, faultFromErrno} from '../../errors/dynpk-error.js';
import {makeStopCheck, type StopCheck} from '../../errors/stop-signal.js';
import {comparePaths, hostPath, type HostPath} from '../../paths/paths.js';
import {
	archFamily,
	compareRecords,
	isAnyArch,
	recordId,
	type PackageRecord,
} from './package-record.js';
import {readDebIndex} from './read-deb-index.js';
import {readPackageFile, withFaults} from './read-package-file.js';
import {
	findInFilelists,
	readPrimary,
	readRepomd,
	type RepositoryMetadata,
} from './read-repodata.js';

export interface PackageSet {
	/** In an order that does not depend on how they were given. */
	readonly given: readonly PackageRecord[];
	/** What the repositories have for the set's architecture, newest of each name first. */
	readonly available: readonly PackageRecord[];
	/** What an index lists for that architecture, and whose files are not there. */
	readonly absent: readonly PackageRecord[];
	/** Repositories that were asked, for messages. */
	readonly repositories: readonly HostPath[];
	/** Which available packages have these paths, beyond what their records say. */
	findPaths(wanted: ReadonlySet<string>): Promise<ReadonlyMap<string, readonly PackageRecord[]>>;
}

/**
 * Read the given package files and every repository's index. `arch` says which architecture is
 * meant where no given package has one; without it, the one most of the repositories' packages have.
 *
 * @throws {DynpkError} INTERRUPTED, MIXED_ARCHITECTURES, USAGE when one package is given in two versions, and
 * whatever is wrong with a package or an index.
 */
export async function openPackageSet(
	files: readonly HostPath[],
	repositories: readonly HostPath[],
	options: {readonly arch?: string; readonly signal?: AbortSignal} = {},
): Promise<PackageSet> {
	const given = await Promise.all([...new Set(files)].map(file => readPackageFile(file)));
	given.sort(compareRecords);
	requireOneOfEach(given);
	const [first] = given;
	const stop = makeStopCheck(options.signal);
	const opened = await Promise.all(
		repositories.map(repository => openRepository(repository, stop)),
	);
	const candidates = opened
		.flatMap(({records}) => records)
		.filter(record => !files.includes(record.file))
		.filter(record => first === undefined || record.manager === first.manager);
	const arch = commonArch(given) ?? options.arch ?? mostFrequentArch(candidates);
	const usable = candidates
		.filter(record => isAnyArch(record) || archFamily(record) === arch)
		.sort(compareRecords);
	const isThere = makePresence();
	const available = usable.filter(({file}) => isThere(file));
	return {
		given,
		available,
		absent: usable.filter(({file}) => !isThere(file)),
		repositories,
		findPaths: wanted => findPaths(opened, available, wanted),
	};
}

/** A mirror may lack what its index lists; its directories are read once each. */
function makePresence(): (file: HostPath) => boolean {
	const names = new Map<string, ReadonlySet<string>>();
	return file => {
		const directory = posix.dirname(file);
		let present = names.get(directory);
		if (present === undefined) {
			present = new Set(namesIn(directory));
			names.set(directory, present);
		}

		return present.has(posix.basename(file));
	};
}

function namesIn(directory: string): readonly string[] {
	try {
		return readdirSync(directory);
	} catch (error) {
		if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') {
			return [];
		}

		throw faultFromErrno(error, `cannot read ${directory}`);
	}
}

interface OpenedRepository {
	readonly records: readonly PackageRecord[];
	/** Of a repository with `repodata/`, whose records do not hold every path. */
	readonly metadata: RepositoryMetadata | undefined;
}

const indexNames = ['Packages', 'Packages.xz', 'Packages.gz', 'Packages.zst', 'Packages.bz2'];
const MAX_DEPTH = 16;
/** A package's header, roughly: what reading it costs. */
const HEADER_SIZE = 1 << 20;

async function openRepository(repository: HostPath, stop: StopCheck): Promise<OpenedRepository> {
	return withFaults(`cannot read ${repository}`, async () => {
		if (!statSync(repository).isDirectory()) {
			throw new DynpkError('USAGE', `${repository} is not a directory`);
		}

		if (existsSync(posix.join(repository, 'repodata/repomd.xml'))) {
			const metadata = await readRepomd(repository);
			return {records: await readPrimary(repository, metadata), metadata};
		}

		const index = indexNames
			.map(name => posix.join(repository, name))
			.find(path => existsSync(path));
		if (index !== undefined) {
			return {records: await readDebIndex(hostPath(index)), metadata: undefined};
		}

		const records: PackageRecord[] = [];
		for (const file of packageFiles(repository, 0)) {
			await stop(HEADER_SIZE);
			records.push(await readPackageFile(file, repository));
		}

		return {records, metadata: undefined};
	});
}

/** Source packages lie in the same directories as binary ones and are passed over. */
function packageFiles(directory: HostPath, depth: number): readonly HostPath[] {
	const entries = readdirSync(directory, {withFileTypes: true});
	return entries.flatMap(entry => {
		const path = hostPath(posix.join(directory, entry.name));
		if (entry.isDirectory()) {
			return depth < MAX_DEPTH ? packageFiles(path, depth + 1) : [];
		}

		return /\.(?:rpm|deb)$/u.test(entry.name) && !/\.(?:no)?src\.rpm$/u.test(entry.name)
			? [path]
			: [];
	});
}

function requireOneOfEach(given: readonly PackageRecord[]): void {
	for (const [index, record] of given.entries()) {
		const previous = given[index - 1];
		if (previous?.name === record.name && previous.arch === record.arch) {
			throw new DynpkError('USAGE', `${record.name} is given twice`, {
				details: [previous.file, record.file],
				hint: 'give one version of each package',
			});
		}
	}
}

/** The one architecture of all packages that have one. */
function commonArch(given: readonly PackageRecord[]): string | undefined {
	const managers = new Set(given.map(({manager}) => manager));
	if (managers.size > 1) {
		throw new DynpkError('USAGE', 'RPM and Debian packages cannot be packed as one set');
	}

	const native = given.filter(record => !isAnyArch(record));
	const arches = [...new Set(native.map(archFamily))];
	if (arches.length > 1) {
		throw new DynpkError('MIXED_ARCHITECTURES', `the packages are for ${arches.join(' and ')}`, {
			details: native.map(recordId),
			hint: 'pack one architecture at a time',
		});
	}

	return arches[0];
}

function mostFrequentArch(records: readonly PackageRecord[]): string | undefined {
	const counts = new Map<string, number>();
	for (const record of records) {
		if (!isAnyArch(record)) {
			counts.set(archFamily(record), (counts.get(archFamily(record)) ?? 0) + 1);
		}
	}

	const [most] = [...counts].sort(([a, m], [b, n]) => n - m || comparePaths(a, b));
	return most?.[0];
}

async function findPaths(
	opened: readonly OpenedRepository[],
	available: readonly PackageRecord[],
	wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly PackageRecord[]>> {
	const byId = new Map(available.map(record => [recordId(record), record]));
	const found = new Map<string, PackageRecord[]>();
	for (const {metadata} of opened) {
		const hits = metadata === undefined ? [] : await findInFilelists(metadata, wanted);
		for (const {path, id} of hits) {
			const record = byId.get(id);
			if (record !== undefined) {
				const owners = found.get(path) ?? [];
				owners.push(record);
				found.set(path, owners);
			}
		}
	}

	return found;
}
