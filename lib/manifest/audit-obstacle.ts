/** Why no program of a bundle can be audited, as it was found when the bundle was packed. */
import type {BundlePath} from '../paths/paths.js';
import type {BundleManifest} from './manifest.js';

/** The end of a sentence, or `undefined` where some program of the bundle loads the stub. */
export function auditObstacle({launches, findings}: BundleManifest): string | undefined {
	if (launches.some(launch => launch.kind === 'loader' && launch.audit !== undefined)) {
		return undefined;
	}

	const finding = findings.find(({code}) => code === 'AUDIT_UNAVAILABLE');
	return finding?.message ?? 'no program of it is started through a loader';
}

/** Loaders that take no auditor: the path shim judges the objects of their programs. */
export function loadersAuditedByPreload({
	launches,
}: Pick<BundleManifest, 'launches'>): ReadonlySet<BundlePath> {
	return new Set(
		launches.flatMap(launch =>
			launch.kind === 'loader' && launch.audit?.method === 'preload' ? [launch.loader] : [],
		),
	);
}
