/** All checks of a bundle, in the order in which they make each other superfluous. */
import {accessSync, constants, readFileSync} from 'node:fs';
import {posix} from 'node:path';
import {makeStopCheck, throwIfStopped} from '../errors/stop-signal.js';
import {compareTree} from '../manifest/compare-tree.js';
import {MANIFEST_NAME} from '../manifest/manifest.js';
import {readManifest} from '../manifest/read-manifest.js';
import {sysrootPath, type BundlePath, type HostPath} from '../paths/paths.js';
import {openSysroot} from '../sysroot/open-sysroot.js';
import {checkClosures} from './check-closures.js';
import {checkHost, runsHere} from './check-host.js';
import {checkLoaders} from './check-loaders.js';
import {checkNss} from './check-nss.js';
import type {VerifyFinding} from './finding.js';
import {listByLoader} from './list-by-loader.js';
import {isPythonCache} from './python-caches.js';
import {runCanary} from './run-canary.js';
import {walkTree} from './walk-tree.js';

export interface VerifyRequest {
	readonly top: HostPath;
	/** Start nothing, not even the loader. */
	readonly isStatic: boolean;
	/** A directory of our own that programs can run from; without one no canary is tried. */
	readonly privateDirectory: HostPath | undefined;
	/** Where canaries were built; default: with dynpk itself. */
	readonly native?: HostPath;
	readonly signal?: AbortSignal | undefined;
	/** For what could not be tried, and what is no fault. */
	readonly notice: (sentence: string) => void;
}

/**
 * @throws {DynpkError} MANIFEST_INVALID: without a manifest there is nothing to verify against;
 * PERMISSION for a file that cannot be read; INTERRUPTED.
 */
export async function verifyBundle({
	top,
	isStatic,
	privateDirectory,
	native,
	signal,
	notice,
}: VerifyRequest): Promise<VerifyFinding[]> {
	const manifest = readManifest(posix.join(top, MANIFEST_NAME));
	const tree = await walkTree(top, manifest.files, makeStopCheck(signal));
	const packed = new Set<string>(manifest.files.map(({path}) => path));
	const differences = compareTree(manifest, tree);
	const damage = differences.filter(difference => !isPythonCache(difference, packed));
	if (damage.length < differences.length) {
		const count = differences.length - damage.length;
		notice(`Python has written beside its modules: ${count} compiled files and their directories`);
	}

	const findings = damage.map(({path, message}): VerifyFinding => ({
		code: 'DIFFERS_FROM_MANIFEST',
		path,
		message,
	}));
	// That a loader is missing has been said; whatever it would answer for, cannot be asked.
	const hasLoaders = manifest.loaders.every(({path}) => isElf(top, path));
	if (hasLoaders) {
		findings.push(...checkLoaders(top, manifest.loaders), ...checkClosures(top, manifest));
	}

	findings.push(...checkHost(manifest), ...checkNss(manifest, readConfiguration()));
	const loaders = manifest.loaders.filter(loader => runsHere(loader));
	if (!isStatic && hasLoaders && loaders.length > 0) {
		const noexec = loaders.filter(({path}) => !isExecutable(posix.join(top, path)));
		findings.push(
			...noexec.map(({path}): VerifyFinding => {
				const message = 'cannot be executed here; is the file system mounted noexec?';
				return {code: 'NOEXEC', path, message};
			}),
			...(noexec.length === 0 ? await listByLoader(top, manifest, loaders) : []),
			...(noexec.length === 0 &&
			privateDirectory !== undefined &&
			loaders[0] === manifest.loaders[0]
				? await runCanary({top, manifest, privateDirectory, native, notice})
				: []),
		);
	}

	throwIfStopped(signal);
	return findings;
}

function isElf(top: HostPath, path: BundlePath): boolean {
	return openSysroot(top).elf(sysrootPath(`/${path}`)).status === 'elf';
}

/** A host without the file has the C library's own choice, which is what its files hold. */
function readConfiguration(): string {
	try {
		return readFileSync('/etc/nsswitch.conf').toString();
	} catch {
		return '';
	}
}

function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
