/**
 * What each package brings, before any of it is written: paths, kinds, and what a file's content is.
 *
 * An RPM says so in its header. A Debian package says it only in its archive, which is therefore
 * read twice: once for this, once for the files.
 */
import {createHash} from 'node:crypto';
import {readDeb, type DebPackage} from '../../deb/read-deb.js';
import {readDebPayload, type DebEntry} from '../../deb/read-payload.js';
import {DynpkError} from '../../errors/dynpk-error.js';
import {formatEvr} from '../../rpm/evr.js';
import {readRpm, type RpmPackage} from '../../rpm/read-rpm.js';
import {recordId, type PackageRecord} from '../set/package-record.js';
import {withFaults} from '../set/read-package-file.js';

export type ListedPackage = ListedRpm | ListedDeb;

interface ListedBase {
	readonly record: PackageRecord;
	readonly entries: readonly ListedEntry[];
}

export interface ListedRpm extends ListedBase {
	readonly manager: 'rpm';
	readonly package: RpmPackage;
}

export interface ListedDeb extends ListedBase {
	readonly manager: 'deb';
	readonly package: DebPackage;
}

export type ListedEntry =
	| {
			readonly kind: 'file';
			readonly path: string;
			readonly mode: number;
			readonly size: number;
			/** Equal for equal content: algorithm and digest. */
			readonly content: string;
	  }
	| {readonly kind: 'symlink'; readonly path: string; readonly target: string}
	| {readonly kind: 'directory'; readonly path: string; readonly mode: number}
	| {readonly kind: 'special'; readonly path: string; readonly what: string};

/** @throws {DynpkError} also when the file is not the package that the index said it is. */
export async function listPayload(record: PackageRecord): Promise<ListedPackage> {
	return withFaults(`cannot read ${record.file}`, async () => {
		if (record.manager === 'rpm') {
			const pkg = readRpm(record.file);
			requireSame(record, pkg.name, formatEvr(pkg.evr));
			return {manager: 'rpm', record, package: pkg, entries: listRpm(pkg)};
		}

		const pkg = await readDeb(record.file);
		requireSame(record, pkg.name, pkg.version);
		return {manager: 'deb', record, package: pkg, entries: await listDeb(pkg)};
	});
}

function requireSame(record: PackageRecord, name: string, version: string): void {
	if (record.name !== name || record.version !== version) {
		throw new DynpkError('PACKAGE_INDEX_INVALID', `${record.file} is not ${recordId(record)}`, {
			details: [`it is ${name} ${version}`],
		});
	}
}

/** Ghosts are made when a program runs; a package lists them but does not bring them. */
function listRpm(pkg: RpmPackage): readonly ListedEntry[] {
	return pkg.files
		.filter(({isGhost}) => !isGhost)
		.map(({path, kind, mode, size, digest, linkTarget}): ListedEntry => {
			switch (kind) {
				case 'file':
					return {
						kind,
						path,
						mode: mode & 0o7777,
						size,
						content: `${pkg.fileDigestAlgorithm}:${digest ?? path}`,
					};
				case 'directory':
					return {kind, path, mode: mode & 0o7777};
				case 'symlink':
					return {kind, path, target: linkTarget ?? ''};
				default:
					return {kind: 'special', path, what: kind};
			}
		});
}

async function listDeb(pkg: DebPackage): Promise<readonly ListedEntry[]> {
	const entries: ListedEntry[] = [];
	const files = new Map<string, ListedEntry>();
	for await (const entry of readDebPayload(pkg)) {
		const listed = await listDebEntry(pkg, entry, files);
		if (entry.path !== '/') {
			entries.push(listed);
			files.set(entry.path, listed);
		}
	}

	return entries;
}

async function listDebEntry(
	pkg: DebPackage,
	entry: DebEntry,
	files: ReadonlyMap<string, ListedEntry>,
): Promise<ListedEntry> {
	const {path, kind, mode, size, linkTarget = ''} = entry;
	switch (kind) {
		case 'file': {
			const digest = createHash('sha256');
			for await (const chunk of entry.content) {
				digest.update(chunk);
			}

			return {kind, path, mode, size, content: `8:${digest.digest('hex')}`};
		}

		case 'hard-link': {
			const first = files.get(linkTarget);
			if (first?.kind !== 'file') {
				throw new DynpkError('DEB_INVALID', `${pkg.path}: ${path}: a hard link to nothing`);
			}

			return {...first, path};
		}

		case 'directory':
			return {kind, path, mode};
		case 'symlink':
			return {kind, path, target: linkTarget};
		default:
			return {kind: 'special', path, what: kind};
	}
}
