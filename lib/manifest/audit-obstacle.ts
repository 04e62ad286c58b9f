/** Why no program of a bundle can be audited, as it was found when the bundle was packed. */
import type {BundleManifest} from './manifest.js';

/** The end of a sentence, or `undefined` where some program of the bundle loads the stub. */
export function auditObstacle({launches, findings}: BundleManifest): string | undefined {
	if (launches.some(launch => launch.kind === 'loader' && launch.audit !== undefined)) {
		return undefined;
	}

	const finding = findings.find(({code}) => code === 'AUDIT_UNAVAILABLE');
	return finding?.message ?? 'no program of it is started through a loader';
}

/** Whether the path shim judges its objects, because its loader takes no auditor. */
export function isAuditedByPreload({launches}: Pick<BundleManifest, 'launches'>): boolean {
	return launches.some(launch => launch.kind === 'loader' && launch.audit?.method === 'preload');
}
