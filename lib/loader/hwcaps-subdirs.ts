/**
 * The subdirectories glibc's loader tries inside every directory it searches, best first.
 *
 * `_dl_important_hwcaps` (elf/dl-hwcaps.c): `glibc-hwcaps/LEVEL` for every level the processor has
 * (since 2.33), then every subset of the older names joined by slashes (up to 2.36), then the
 * directory itself.
 */

/** Which subdirectories are searched. */
export interface ActiveHwcaps {
	/** Levels, best first. */
	readonly levels: readonly string[];
	/** Older names, most significant first. */
	readonly legacy: readonly string[];
}

/** More names than any loader has would mean more subsets than anyone could search. */
const MAX_LEGACY = 8;

/** List the subdirectories to try, each with a final slash; the last one is empty. */
export function hwcapsSubdirs({levels, legacy}: ActiveHwcaps): readonly string[] {
	const subsets = allSubsets(legacy.slice(0, MAX_LEGACY)).map(names => [...names, ''].join('/'));
	return [...new Set([...levels.map(level => `glibc-hwcaps/${level}/`), ...subsets])];
}

/** In the order of a binary counter running down, the first name as its highest bit. */
function allSubsets(names: readonly string[]): readonly (readonly string[])[] {
	const [first, ...rest] = names;
	if (first === undefined) {
		return [[]];
	}

	const without = allSubsets(rest);
	return [...without.map(subset => [first, ...subset]), ...without];
}
