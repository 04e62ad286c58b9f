/**
 * Where targets are looked for: this machine, a foreign root, or a root made of package files.
 *
 * Package files (and what they need of the repositories) are unpacked into a private directory, and
 * everything is resolved inside it: no library of this machine can take part.
 */
import {mkdtempSync} from 'node:fs';
import {posix} from 'node:path';
import {removeTree} from '../archive/remove-tree.js';
import {DynpkError, faultFromErrno} from '../errors/dynpk-error.js';
import {openMergedDatabase} from '../installed/merged-database.js';
import {openDatabases} from '../installed/open-databases.js';
import type {PackageDatabase} from '../installed/package-database.js';
import type {FindingRecord} from '../manifest/manifest.js';
import {hostPath, type HostPath} from '../paths/paths.js';
import {programDirectories} from '../paths/program-directories.js';
import {openSysroot} from '../sysroot/open-sysroot.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {PackRequest} from './pack-request.js';

export interface World {
	readonly sysroot: Sysroot;
	readonly databases: readonly PackageDatabase[];
	/** Targets as the world knows them: a package file has become the package in it. */
	readonly targets: readonly string[];
	/** Where bare program names are looked up. */
	readonly searchPath: readonly string[];
	readonly findings: readonly FindingRecord[];
	/** Remove what was made for it, where anything was. */
	readonly close: (() => void) | undefined;
}

/** @throws {DynpkError} what reading, solving and merging packages throw; INTERRUPTED. */
export async function openWorld(request: PackRequest, signal: AbortSignal): Promise<World> {
	const {targets, repositories, sysroot, searchPath} = request;
	const files = targets.filter(target => /\.(?:rpm|deb)$/u.test(target));
	if (files.length > 0) {
		return await openPackages(request, files, signal);
	}

	if (repositories.length > 0) {
		throw new DynpkError('USAGE', '--repo goes with package files as targets', {
			hint: 'dynpk pack FILE.rpm --repo DIR',
		});
	}

	const root = openSysroot(sysroot);
	const places = {cache: request.cache, temporary: request.temporaryDirectory};
	const {databases, unread} = openDatabases(root, places);
	return {
		sysroot: root,
		databases,
		targets,
		searchPath,
		findings: unread.map(({unread: path, missing}) => ({
			code: 'PACKAGES_UNREAD',
			path,
			message:
				missing === undefined
					? 'this user may not look there, so nobody knows of packages, and what programs need of them stays behind; pack as one who may, or name the files with --with'
					: `without ${missing} here nobody knows which packages those are, so what programs need of them stays behind; install it, or name the files with --with`,
		})),
		close: undefined,
	};
}

async function openPackages(
	request: PackRequest,
	files: readonly string[],
	signal: AbortSignal,
): Promise<World> {
	const {mergePayload} = await import('../packages/merge/merge-payload.js');
	const {openPackageSet} = await import('../packages/set/open-package-set.js');
	const {recordId} = await import('../packages/set/package-record.js');
	const {borneFinding, solve} = await import('../packages/solve/solve.js');
	const {targets, repositories, sysroot, workingDirectory, missing, recommends} = request;
	if (sysroot !== '/') {
		throw new DynpkError('USAGE', 'package files are resolved among themselves, not in --sysroot');
	}

	const set = await openPackageSet(
		files.map(file => hostPath(posix.resolve(workingDirectory, file))),
		repositories,
		{signal},
	);
	const solution = await solve(set, {bearsMissing: missing !== 'error', recommends});
	const directory = makePrivateDirectory(request.temporaryDirectory);
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
			searchPath: programDirectories,
			findings: [
				...(missing === 'warn' ? solution.unmet : []).map(unmet => ({
					code: 'UNRESOLVED_REQUIRES',
					...borneFinding(unmet),
				})),
				...merged.findings.map(({code, package: owner, message}) => ({
					code,
					path: recordId(owner),
					message,
				})),
			],
			close,
		};
	} catch (error) {
		close();
		throw error;
	}
}

function makePrivateDirectory(parent: HostPath): HostPath {
	try {
		return hostPath(mkdtempSync(posix.join(parent, 'dynpk-')));
	} catch (error) {
		throw faultFromErrno(error, `cannot make a directory in ${parent}`);
	}
}
