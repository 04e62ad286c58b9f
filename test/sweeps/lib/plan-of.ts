/** What `dynpk pack TARGET` would carry of this machine, with the options that users leave alone. */
import {decide} from '../../../lib/pack/decide.js';
import {packRequest} from '../../helpers/run/pack-request.js';
import {hostPath, type SysrootPath} from '../../../lib/paths/paths.js';
import {userDirectories} from '../../../lib/paths/program-directories.js';
import type {BundlePlan} from '../../../lib/plan/bundle-plan.js';
import type {Sysroot} from '../../../lib/sysroot/sysroot.js';

export interface Carried {
	/**
	 * Every file and link by where it lies, without links in its directories, and the files that links of
	 * libraries lead to: by what name a loader found them says nothing.
	 */
	readonly paths: ReadonlySet<SysrootPath>;
	/** Of which packages these are, as the manifest writes them. */
	readonly packages: ReadonlySet<string>;
}

/** `scratch` keeps what is remembered of packages. */
export async function planOf(target: string, scratch: string, sysroot: Sysroot): Promise<Carried> {
	const place = hostPath(scratch);
	const decision = await decide(
		{...packRequest(place, [target]), sysroot: sysroot.root, searchPath: userDirectories},
		{signal: new AbortController().signal, atOnce: part => part()},
	);
	decision.close();
	return carriedBy(decision.plan, sysroot);
}

/** By a plan, or by what `pack --dry-run --json` prints of it. */
export function carriedBy(
	{operations, packages}: Pick<BundlePlan, 'operations' | 'packages'>,
	sysroot: Sysroot,
): Carried {
	const paths = new Set<SysrootPath>();
	for (const operation of operations) {
		const source = 'source' in operation ? operation.source : undefined;
		if (source !== undefined) {
			paths.add(source);
			const isLibrary = operation.kind === 'file' && /\.so(?:\.|$)/u.test(source);
			paths.add((isLibrary ? sysroot.realPath(source) : undefined) ?? source);
		}
	}

	return {paths, packages: new Set(packages.map(({id}) => id))};
}
