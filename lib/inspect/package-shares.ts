/** How much of a bundle each package is, the largest first. */
import type {PackageRecord} from '../manifest/manifest.js';
import type {PackedFile} from './packed-files.js';

export interface PackageShare {
	/** `undefined` for what no package owns. */
	readonly package: PackageRecord | undefined;
	/** Links among them. */
	readonly files: number;
	readonly bytes: number;
}

export function packageShares(
	files: readonly PackedFile[],
	packages: readonly PackageRecord[],
): PackageShare[] {
	const sums = new Map<string | undefined, {files: number; bytes: number}>(
		packages.map(({id}) => [id, {files: 0, bytes: 0}]),
	);
	for (const {package: owner, size} of files) {
		const sum = sums.get(owner) ?? {files: 0, bytes: 0};
		sums.set(owner, sum);
		sum.files += 1;
		sum.bytes += size;
	}

	const byId = new Map(packages.map(record => [record.id, record]));
	return [...sums]
		.map(([id, sum]) => ({package: id === undefined ? undefined : byId.get(id), ...sum}))
		.sort((a, b) => b.bytes - a.bytes || compareIds(a, b));
}

function compareIds({package: a}: PackageShare, {package: b}: PackageShare): number {
	return (a?.id ?? '') < (b?.id ?? '') ? -1 : 1;
}
