/**
 * Where targets are looked for: this machine, a foreign root, or a root made of package files.
 *
 * Package files (and what they need of the repositories) are unpacked into a private directory, and
 * everything is resolved inside it: no library of this machine can take part.
 */
import {mkdtempSync} from 'node:fs';
import {posix} from 'node:path';
import {removeTree} from '../../lib/archive/remove-tree.js';
import {DynpkError, faultFromErrno} from '../../lib/errors/dynpk-error.js';
import {openMergedDatabase} from '../../lib/installed/merged-database.js';
import {openDatabases} from '../../lib/installed/open-databases.js';
import type {PackageDatabase} from '../../lib/installed/package-database.js';
import type {FindingRecord} from '../../lib/manifest/manifest.js';
import {hostPath, type HostPath} from '../../lib/paths/paths.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import type {Sysroot} from '../../lib/sysroot/sysroot.js';
import type {PackRequest} from './pack-request.js';

export interface World {
	readonly sysroot: Sysroot;
	readonly databases: readonly PackageDatabase[];
	/** Targets as the world knows them: a package file has become the package in it. */
	readonly targets: readonly string[];
	/** Where bare program names are looked up. */
	readonly searchPath: readonly string[];
	readonly findings: readonly FindingRecord[];
	/** Remove what was made for it. */
	readonly close: () => void;
}

/** @throws {DynpkError} what reading, solving and merging packages throw; INTERRUPTED. */
export async function openWorld(packing: PackRequest, signal: AbortSignal): Promise<World> {
	const {targets, repo, sysroot} = packing.arguments;
	const files = targets.filter(target => /\.(?:rpm|deb)$/u.test(target));
	if (files.length > 0) {
		return await openPackages(packing, files, signal);
	}

	if (repo.length > 0) {
		throw new DynpkError('USAGE', '--repo goes with package files as targets', {
			hint: 'dynpk pack FILE.rpm --repo DIR',
		});
	}

	const root = openSysroot(resolved(packing, sysroot));
	return {
		sysroot: root,
		databases: openDatabases(root),
		targets,
		searchPath: packing.searchPath,
		findings: [],
		close: () => undefined,
	};
}

async function openPackages(
	packing: PackRequest,
	files: readonly string[],
	signal: AbortSignal,
): Promise<World> {
	const {mergePayload} = await import('../../lib/packages/merge/merge-payload.js');
	const {openPackageSet} = await import('../../lib/packages/set/open-package-set.js');
	const {packageId} = await import('../../lib/packages/set/package-record.js');
	const {solve} = await import('../../lib/packages/solve/solve.js');
	const {targets, repo, sysroot} = packing.arguments;
	if (sysroot !== '/') {
		throw new DynpkError('USAGE', 'package files are resolved among themselves, not in --sysroot');
	}

	const set = await openPackageSet(
		files.map(file => resolved(packing, file)),
		repo.map(directory => resolved(packing, directory)),
		{signal},
	);
	const solution = await solve(set);
	const directory = makePrivateDirectory(packing.temporaryDirectory);
	const close = (): void => removeTree(directory);
	try {
		const merged = await mergePayload(solution, hostPath(posix.join(directory, 'root')), signal);
		return {
			sysroot: openSysroot(merged.root),
			databases: [openMergedDatabase(merged, solution)],
			targets: [
				...set.given.map(({manager, name, arch}) => `${manager}:${name}:${arch}`),
				...targets.filter(target => !files.includes(target)),
			],
			searchPath: ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'],
			findings: merged.findings.map(({code, package: owner, message}) => ({
				code,
				path: packageId(owner),
				message,
			})),
			close,
		};
	} catch (error) {
		close();
		throw error;
	}
}

function makePrivateDirectory(parent: string): HostPath {
	try {
		return hostPath(mkdtempSync(posix.join(parent, 'dynpk-')));
	} catch (error) {
		throw faultFromErrno(error, `cannot make a directory in ${parent}`);
	}
}

function resolved({workingDirectory}: PackRequest, path: string): HostPath {
	return hostPath(posix.resolve(workingDirectory, path));
}
