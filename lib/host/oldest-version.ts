/** Versions as hosts tell them: of a kernel (`3.10.0-1160.el7.x86_64`), of a driver, of a node. */

/** The numbers before anything else. */
export function leadingNumber(version: string): string {
	return /^\d+(?:\.\d+)*/u.exec(version)?.[0] ?? '';
}

/** By these numbers; of equal ones the first by its text. */
export function oldestVersion(versions: readonly string[]): string {
	const [oldest = ''] = [...versions].sort(
		(one, other) => compareNumbers(one, other) || (one < other ? -1 : 1),
	);
	return oldest;
}

function compareNumbers(one: string, other: string): number {
	const [a, b] = [one, other].map(version => leadingNumber(version).split('.').map(Number));
	for (let i = 0; i < Math.max(a?.length ?? 0, b?.length ?? 0); i++) {
		const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0);
		if (difference !== 0) {
			return difference;
		}
	}

	return 0;
}
