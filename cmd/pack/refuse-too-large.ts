/** Refuse a bundle that is larger than the user wants, before a byte of it is written, and tell what makes it so. */
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {packageShares} from '../../lib/inspect/package-shares.js';
import {filesOfPlan} from '../../lib/inspect/packed-files.js';
import type {BundlePlan} from '../../lib/plan/bundle-plan.js';

const SHARES_SAID = 5;

/** In bytes, unpacked; launchers apart. */
export function sizeOfPlan(plan: BundlePlan): number {
	return filesOfPlan(plan).reduce((sum, {size}) => sum + size, 0);
}

export function megabytes(bytes: number): string {
	return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** @throws {DynpkError} BUNDLE_TOO_LARGE */
export function refuseTooLarge(plan: BundlePlan, limit: number | undefined): void {
	const size = sizeOfPlan(plan);
	if (limit === undefined || size <= limit) {
		return;
	}

	const shares = packageShares(filesOfPlan(plan), plan.packages).slice(0, SHARES_SAID);
	throw new DynpkError(
		'BUNDLE_TOO_LARGE',
		`the bundle would have ${megabytes(size)}, more than the ${megabytes(limit)} of --max-size`,
		{
			details: shares.map(
				share => `${megabytes(share.bytes)} of ${share.package?.id ?? 'no package'}`,
			),
			hint: '--dry-run lists the files, --exclude and --scope leave some out',
		},
	);
}
