/**
 * Whether two objects can be in one process: of one class, byte order, machine and ABI of it.
 *
 * Names do not tell: alpha, SH4, sparc and i386 all call their loader /lib/ld-linux.so.2.
 */
import {EM_PPC64} from './elf-machines.js';
import type {ElfObject} from './elf-object.js';

type Identity = Pick<ElfObject, 'class' | 'byteOrder' | 'machine' | 'machineFlags'>;

export function isSameMachine(object: Identity, loader: Identity): boolean {
	return (
		object.class === loader.class &&
		object.byteOrder === loader.byteOrder &&
		runsOnMachineOf(object, loader)
	);
}

/** `e_flags` that tell one ABI of a machine from another (elf_machine_matches_host of each). */
const abiFlags: Readonly<Record<number, number>> = {
	/** MIPS: EF_MIPS_ABI2, which is n32, and EF_MIPS_NAN2008. */
	8: 0x420,
	/** RISC-V: EF_RISCV_FLOAT_ABI and EF_RISCV_RVE. */
	243: 0xe,
	/** LoongArch: EF_LOONGARCH_ABI_MODIFIER_MASK. */
	258: 0x7,
};

/** By machine and flags alone. */
export function runsOnMachineOf(object: Identity, loader: Identity): boolean {
	if (object.machine !== loader.machine) {
		return false;
	}

	if (object.machine === EM_PPC64) {
		// EF_PPC64_ABI: an object that does not say goes with either.
		const [one, other] = [object.machineFlags & 3, loader.machineFlags & 3];
		return one === 0 || other === 0 || one === other;
	}

	const mask = abiFlags[object.machine] ?? 0;
	return (object.machineFlags & mask) === (loader.machineFlags & mask);
}
