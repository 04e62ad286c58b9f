/**
 * A solved set of packages → a directory that programs can be resolved in.
 *
 * First everything is listed and placed, then written: a clash or an escape is found before the
 * first byte. Scriptlets are not run; the links they would make are derived where that is possible
 * and told where it is not.
 */
import {mkdirSync, rmSync} from 'node:fs';
import {DynpkError, errnoOf, faultFromErrno} from '../../errors/dynpk-error.js';
import {throwIfStopped} from '../../errors/stop-signal.js';
import {comparePaths, type HostPath} from '../../paths/paths.js';
import type {PackageRecord} from '../set/package-record.js';
import {withFaults} from '../set/read-package-file.js';
import type {Solution} from '../solve/solution.js';
import {deriveAlternatives} from './derive-alternatives.js';
import {deriveSonameLinks} from './derive-soname-links.js';
import {listPayload, type ListedPackage} from './list-payload.js';
import type {MergedSysroot} from './merged-sysroot.js';
import {planMerge} from './plan-merge.js';
import {collectScripts, findScriptlets} from './scriptlet-findings.js';
import {writeSysroot} from './write-sysroot.js';

/**
 * Unpack every package of `solution` into `destination`, which must not exist yet.
 *
 * @throws {DynpkError} OUTPUT_EXISTS, PATH_CLASH, PAYLOAD_ESCAPES_ROOT, SYMLINK_LOOP, INTERRUPTED, and whatever is wrong with a
 * package; nothing is left of the destination then.
 */
export async function mergePayload(
	solution: Solution,
	destination: HostPath,
	signal?: AbortSignal,
): Promise<MergedSysroot> {
	const packages = await listAll(
		solution.packages.map(({record}) => record),
		signal,
	);
	const plan = planMerge(packages);
	makeRoot(destination);
	try {
		return await withFaults(`cannot write ${destination}`, async () => {
			const written = await writeSysroot(plan, {packages, root: destination, signal});
			const sonameLinks = deriveSonameLinks(destination, written);
			const files = new Map([...written, ...sonameLinks]);
			const scripts = collectScripts(packages);
			const alternatives = deriveAlternatives(scripts, destination, files, plan.links);
			const all = [...files, ...alternatives.files].sort(([a], [b]) => comparePaths(a, b));
			return Object.freeze({
				root: destination,
				files: new Map(all),
				findings: [...plan.findings, ...alternatives.findings, ...findScriptlets(scripts)],
			});
		});
	} catch (error) {
		rmSync(destination, {recursive: true, force: true});
		throw error;
	}
}

/** Decompressors run beside each other; four keep two to four cores busy. */
const LISTED_AT_ONCE = 4;

async function listAll(
	records: readonly PackageRecord[],
	signal: AbortSignal | undefined,
): Promise<readonly ListedPackage[]> {
	const packages: ListedPackage[] = [];
	for (let start = 0; start < records.length; start += LISTED_AT_ONCE) {
		throwIfStopped(signal);
		const batch = records.slice(start, start + LISTED_AT_ONCE);
		packages.push(...(await Promise.all(batch.map(listPayload))));
	}

	return packages;
}

/** Closed to others: set-id files of packages lie in it with their bits. */
function makeRoot(destination: HostPath): void {
	try {
		mkdirSync(destination, {mode: 0o700});
	} catch (error) {
		switch (errnoOf(error)) {
			case undefined:
				throw error;
			case 'EEXIST':
				throw new DynpkError('OUTPUT_EXISTS', `${destination} exists`);
			default:
				throw faultFromErrno(error, `cannot make ${destination}`);
		}
	}
}
