/**
 * Who asks for a library by an absolute path: DT_NEEDED, DT_FILTER or DT_AUXILIARY of an object that
 * was linked to a library without a soname.
 *
 * The bundled loader opens that path itself, past its search and past the shim. A namespace shows
 * the bundle's file there; under any other engine it is the host's, or nothing.
 */
import type {Closure, Edge} from '../closure/closure.js';
import type {PayloadFinding} from '../inputs/payload.js';
import type {SysrootPath} from '../paths/paths.js';
import type {WalkedRoot} from './walked-payload.js';

export interface NeededPaths {
	/** Programs with such a library in their link map. */
	readonly programs: ReadonlySet<SysrootPath>;
	readonly findings: readonly PayloadFinding[];
}

export function findNeededPaths(roots: readonly WalkedRoot[]): NeededPaths {
	const programs = new Set<SysrootPath>();
	const findings = new Map<string, PayloadFinding>();
	for (const {role, path: root, closure} of roots) {
		for (const {from, needed} of edgesByPath(closure)) {
			const message = `asks for ${needed} by its path, which the loader opens itself: the bundle's is found in a user namespace or under PRoot only`;
			findings.set(`${from.path}\0${needed}`, {code: 'NEEDED_BY_PATH', path: from.path, message});
			if (role === 'program') {
				programs.add(root);
			}
		}
	}

	return {programs, findings: [...findings.values()]};
}

function edgesByPath({edges}: Closure): readonly Edge[] {
	return edges.filter(
		({place, foundBy, needed}) =>
			place !== 'interpreter' && foundBy === 'name' && needed.startsWith('/'),
	);
}
