/** What objects need of a host, in the words people use. */

/** The largest of some `major.minor.patch` texts. */
export function newestKernel(kernels: readonly string[]): string | undefined {
	const {compare} = new Intl.Collator('en', {numeric: true});
	return [...kernels].sort(compare).at(-1);
}

/** The x86-64 level that covers GNU_PROPERTY_X86_ISA_1_NEEDED bits; `undefined` for the baseline. */
export function cpuLevel(isaNeeded: number): string | undefined {
	const level = 32 - Math.clz32(isaNeeded);
	return level < 2 ? undefined : `x86-64-v${level}`;
}
