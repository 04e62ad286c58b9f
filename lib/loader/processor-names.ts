/**
 * Names a processor has for the loader: what `$PLATFORM` may be, and of what the older hardware
 * subdirectories are made.
 *
 * `$PLATFORM` is AT_PLATFORM, a string the kernel chooses (arch/…/include/asm/elf.h), which glibc
 * replaces on some Intel processors (sysdeps/x86/cpu-features.c). Nothing here asks this machine.
 */
import {EM_X86_64} from '../elf/elf-machines.js';

/** Plainest first. riscv and others without an entry have no AT_PLATFORM. */
const platforms: Readonly<Record<number, readonly string[]>> = {
	3: ['i686', 'i586', 'i486', 'i386'],
	8: ['mips'],
	20: ['power4', 'power5', 'power6', 'power7', 'power8'],
	21: ['power8', 'power9', 'power10', 'power11'],
	22: ['z900', 'z990', 'z9-109', 'z10', 'z196', 'zEC12', 'z13', 'z14', 'z15', 'z16'],
	40: ['v7l', 'v6l', 'v5l'],
	62: ['x86_64'],
	183: ['aarch64'],
	258: ['loongarch'],
};

/** Names that glibc itself puts in the place of AT_PLATFORM, where the loader knows them. */
const replacements = ['haswell', 'xeon_phi'];

/** List what `$PLATFORM` may be under a loader whose strings are `text`, the plainest first. */
export function platformsOf(machine: number, text: string): readonly string[] {
	const known = machine === EM_X86_64 ? replacements : [];
	return Object.freeze([
		...(platforms[machine] ?? []),
		...known.filter(name => text.includes(`\0${name}\0`)),
	]);
}

/**
 * The names every processor of a machine has, most significant first: `tls` whatever it is, the
 * platform, and on x86-64 the one HWCAP bit that is always set.
 */
export function legacyHwcapsOf(machine: number): readonly string[] {
	const platform = platforms[machine]?.[0];
	return Object.freeze([
		'tls',
		...(platform === undefined ? [] : [platform]),
		...(machine === EM_X86_64 ? ['x86_64'] : []),
	]);
}
