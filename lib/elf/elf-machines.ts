/**
 * Names of machines: what a person calls an `e_machine`, and what `uname -m` says on it.
 *
 * One number covers several machines: class, byte order and `e_flags` tell them apart (the psABI
 * of each processor; values from the gABI registry). Files of different architecture names never
 * load each other.
 */
import type {ElfObject} from './elf-object.js';

type Identity = Pick<ElfObject, 'machine' | 'class' | 'byteOrder' | 'machineFlags'>;

interface Machine {
	/** For people. */
	readonly name: string;
	/** As `uname -m` has it, `undefined` where Linux never ran. */
	architecture(identity: Identity): string | undefined;
}

export const EM_386 = 3;
export const EM_PPC64 = 21;
export const EM_ARM = 40;
export const EM_X86_64 = 62;
export const EM_AARCH64 = 183;

const EF_ARM_ABI_FLOAT_HARD = 0x400;
const EF_MIPS_ABI2 = 0x20;
const EF_PPC64_ABI = 0x3;

const machines: Readonly<Record<number, Machine>> = {
	2: {name: 'sparc', architecture: () => 'sparc'},
	3: {name: 'i386', architecture: () => 'i686'},
	4: {name: 'm68k', architecture: () => 'm68k'},
	8: {name: 'mips', architecture: mips},
	15: {name: 'parisc', architecture: () => 'parisc'},
	18: {name: 'sparc32plus', architecture: () => 'sparc'},
	20: {name: 'ppc', architecture: ({byteOrder}) => (byteOrder === 'little' ? 'ppcle' : 'ppc')},
	21: {name: 'ppc64', architecture: ppc64},
	22: {name: 's390', architecture: ({class: bits}) => (bits === 64 ? 's390x' : 's390')},
	40: {name: 'arm', architecture: arm},
	42: {name: 'sh', architecture: ({byteOrder}) => (byteOrder === 'little' ? 'sh4' : 'sh4eb')},
	43: {name: 'sparc64', architecture: () => 'sparc64'},
	50: {name: 'ia64', architecture: () => 'ia64'},
	62: {name: 'x86-64', architecture: ({class: bits}) => (bits === 64 ? 'x86_64' : 'x32')},
	93: {name: 'arc', architecture: () => 'arc'},
	94: {name: 'xtensa', architecture: () => 'xtensa'},
	164: {name: 'hexagon', architecture: () => 'hexagon'},
	183: {name: 'aarch64', architecture: aarch64},
	188: {name: 'tilepro', architecture: () => 'tilepro'},
	189: {name: 'microblaze', architecture: microblaze},
	191: {name: 'tilegx', architecture: () => 'tilegx'},
	195: {name: 'arcv2', architecture: () => 'arc'},
	243: {name: 'riscv', architecture: ({class: bits}) => `riscv${bits}`},
	247: {name: 'bpf', architecture: () => undefined},
	252: {name: 'csky', architecture: () => 'csky'},
	258: {name: 'loongarch', architecture: ({class: bits}) => `loongarch${bits}`},
	0x9026: {name: 'alpha', architecture: () => 'alpha'},
};

/** Name the machine a file is for; one that is not known is named by its number. */
export function machineName({machine}: Pick<ElfObject, 'machine'>): string {
	return machines[machine]?.name ?? `machine ${machine}`;
}

/**
 * Name the architecture a file runs on, as it stands in `NAME-ARCH.tar.gz`: `x86_64`, `aarch64`,
 * `i686`, `armv7l`. `undefined` for a machine that Linux does not run on.
 */
export function architectureName(identity: Identity): string | undefined {
	return machines[identity.machine]?.architecture(identity);
}

function mips({class: bits, byteOrder, machineFlags}: Identity): string {
	const order = byteOrder === 'little' ? 'el' : '';
	if (bits === 64) {
		return `mips64${order}`;
	}

	// n32: 64-bit registers and 32-bit addresses, with a loader of its own.
	return (machineFlags & EF_MIPS_ABI2) === 0 ? `mips${order}` : `mipsn32${order}`;
}

function ppc64({byteOrder, machineFlags}: Identity): string {
	if (byteOrder === 'little') {
		return 'ppc64le';
	}

	// Big-endian musl distributions use the second ABI, which does not mix with the first.
	return (machineFlags & EF_PPC64_ABI) === 2 ? 'ppc64v2' : 'ppc64';
}

function arm({byteOrder, machineFlags}: Identity): string {
	const order = byteOrder === 'little' ? 'l' : 'b';
	// Hard float has ARMv7 as its baseline in every distribution; soft float has ARMv5.
	return (machineFlags & EF_ARM_ABI_FLOAT_HARD) === 0 ? `armv5te${order}` : `armv7${order}`;
}

function aarch64({class: bits, byteOrder}: Identity): string {
	const name = byteOrder === 'little' ? 'aarch64' : 'aarch64_be';
	return bits === 64 ? name : `${name}_ilp32`;
}

function microblaze({byteOrder}: Identity): string {
	return byteOrder === 'little' ? 'microblazeel' : 'microblaze';
}
