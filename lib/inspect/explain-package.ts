/** Why is this package in, or why is it not? */
import type {BringerRecord, FindingRecord, PackageRecord} from '../manifest/manifest.js';
import type {PackedFile} from './packed-files.js';

export type PackageAnswer =
	| {
			readonly kind: 'packed';
			readonly package: PackageRecord;
			readonly files: number;
			readonly bytes: number;
			/** The nearest first; empty where its files came by themselves. */
			readonly broughtBy: readonly BringerRecord[];
			/** Why its files are in, the most common reason first. */
			readonly reasons: readonly {readonly reason: string; readonly files: number}[];
	  }
	| {readonly kind: 'left-out'; readonly package: string; readonly message: string};

export interface PackedPackages {
	readonly packages: readonly PackageRecord[];
	readonly files: readonly PackedFile[];
	readonly findings: readonly FindingRecord[];
}

/** Findings whose path is a package that stays behind. */
const leftOut = new Set(['PACKAGE_LEFT_OUT', 'DEVELOPMENT_LEFT_OUT']);

/** `name` is `deb:NAME`, `rpm:NAME` or `NAME`; `undefined` where none of that name was met. */
export function explainPackage(
	name: string,
	{packages, files, findings}: PackedPackages,
): PackageAnswer | undefined {
	const isMeant = (id: string): boolean => id === name || id.replace(/^(?:deb|rpm):/u, '') === name;
	const record = packages.find(({id}) => isMeant(id));
	if (record === undefined) {
		const finding = findings.find(({code, path}) => leftOut.has(code) && isMeant(path));
		return finding && {kind: 'left-out', package: finding.path, message: finding.message};
	}

	const own = files.filter(file => file.package === record.id);
	const reasons = new Map<string, number>();
	for (const {reason} of own) {
		reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
	}

	return {
		kind: 'packed',
		package: record,
		files: own.length,
		bytes: own.reduce((sum, {size}) => sum + size, 0),
		broughtBy: record.broughtBy ?? [],
		reasons: [...reasons]
			.map(([reason, count]) => ({reason, files: count}))
			.sort((a, b) => b.files - a.files || (a.reason < b.reason ? -1 : 1)),
	};
}
