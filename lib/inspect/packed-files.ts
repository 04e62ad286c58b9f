/** What a bundle holds, entry by entry, in one form for a plan and for a manifest: whose it is, how much, and why. */
import type {BundleManifest} from '../manifest/manifest.js';
import type {BundlePlan, MakeFile} from '../plan/bundle-plan.js';

export interface PackedFile {
	readonly path: string;
	/** In bytes; 0 for a link. */
	readonly size: number;
	/** `undefined` where no package owns it. */
	readonly package: string | undefined;
	readonly reason: string;
}

/** Without directories. */
export function filesOfManifest({files}: Pick<BundleManifest, 'files'>): PackedFile[] {
	return files
		.filter(({kind}) => kind !== 'directory')
		.map(({path, size = 0, package: owner, reason}) => ({path, size, package: owner, reason}));
}

/** Without directories, the manifest and what only staging knows the size of, launchers. */
export function filesOfPlan({operations}: Pick<BundlePlan, 'operations'>): PackedFile[] {
	return operations.flatMap(operation =>
		operation.kind === 'directory'
			? []
			: [
					{
						path: operation.path,
						size: operation.kind === 'file' ? plannedSize(operation) : 0,
						package: operation.package,
						reason: operation.reason,
					},
				],
	);
}

/** What is read of the packing machine, or made from the plan. */
export function plannedSize({content}: MakeFile): number {
	return 'size' in content ? content.size : content.kind === 'bytes' ? content.bytes.length : 0;
}
