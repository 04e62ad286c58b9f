/**
 * What programs of a bundle open here, and the bundle lacks.
 *
 * Asked is about what belongs to the packages of the bundle or to nobody, about base tools, and about all
 * that lies where packages leave files of every kind: what other packages have, such as modules of an
 * interpreter, is for whoever imports it to name. What rules of the product leave to the host is no lack.
 */
import {posix} from 'node:path';
import {hostOwnership} from '../../../lib/audit/host-owned.js';
import {traceObstacle} from '../../../lib/inputs/trace-rules.js';
import {lookUpOwners} from '../../../lib/installed/look-up-owners.js';
import {packageId, type PackageDatabase} from '../../../lib/installed/package-database.js';
import {pathPattern} from '../../../lib/paths/path-pattern.js';
import {isWithin, parentOf, sysrootPath, type SysrootPath} from '../../../lib/paths/paths.js';
import type {Sysroot} from '../../../lib/sysroot/sysroot.js';
import {missingOnTheWay} from './leads-into.js';
import type {Carried} from './plan-of.js';
import type {Opening} from './trace-run.js';

export interface Missing {
	readonly missing: SysrootPath;
	/** The program that asked. */
	readonly by: string;
}

export interface Bundle {
	readonly plan: Carried;
	readonly sysroot: Sysroot;
	readonly databases: readonly PackageDatabase[];
}

export interface Lacking extends Opening, Missing {}

const isAnybodys = pathPattern('/{etc,var,usr/share/doc,usr/share/info,usr/lib/debug}/**', {
	dot: true,
});

export function findLeftBehind(openings: readonly Opening[], bundle: Bundle): Missing[] {
	const {plan, sysroot, databases} = bundle;
	const found = findLacking(openings, bundle);
	const ownerOf = lookUpOwners(
		found.map(({missing}) => sourceOf(missing)),
		sysroot,
		databases,
	);
	return found.filter(({missing, kind}) => {
		const owner = ownerOf(sourceOf(missing));
		return (
			isAnybodys(missing) ||
			owner === undefined ||
			plan.packages.has(packageId(owner)) ||
			(kind === 'started' && owner.essential)
		);
	});
}

/**
 * All of it, whosever it is. What lies in `own`, a directory that a test made, is nobody's temporary file.
 */
export function findLacking(
	openings: readonly Opening[],
	bundle: Pick<Bundle, 'plan' | 'sysroot'>,
	own?: SysrootPath,
): Lacking[] {
	return openings.flatMap(opening => {
		const missing = missingOf(opening, bundle, own);
		return missing === undefined ? [] : [{...opening, missing}];
	});
}

/** What Python compiled belongs to whom its source does. */
function sourceOf(path: SysrootPath): SysrootPath {
	return sysrootPath(path.replace(/__pycache__\/([^/.]+)\.[^/]*\.pyc$/u, '$1.py'));
}

/** Programs that are not in the bundle are the host's, and so is what they open. */
function missingOf(
	{kind, path, by}: Opening,
	{plan: {paths}, sysroot}: Pick<Bundle, 'plan' | 'sysroot'>,
	own: SysrootPath | undefined,
): SysrootPath | undefined {
	const real = sysroot.realPath(sysrootPath(path));
	if (
		real === undefined ||
		sysroot.status(real)?.kind !== 'file' ||
		(kind === 'read' && missingOnTheWay(by, paths, sysroot) !== undefined)
	) {
		return undefined;
	}

	// The loader searches by name alone.
	const isLibrary = /\.so(?:\.|$)/u.test(posix.basename(path)) && paths.has(real);
	const missing = isLibrary ? undefined : missingOnTheWay(path, paths, sysroot);
	if (missing === undefined || (own !== undefined && isWithin(missing, own))) {
		return missing;
	}

	return [sysrootPath(path), missing].some(name => isHosts(name, sysroot)) ? undefined : missing;
}

/** By its own name, or by that of a directory above it. */
function isHosts(path: SysrootPath, sysroot: Sysroot): boolean {
	if (traceObstacle(path, undefined, sysroot) !== undefined) {
		return true;
	}

	for (let at = path; at !== '/'; at = parentOf(at)) {
		if (hostOwnership(at) !== undefined) {
			return true;
		}
	}

	return false;
}
