/** Names of machines, as people and `uname -m` say them. */
import test from 'ava';
import {architectureName, machineName} from '../../lib/elf/elf-machines.js';

const plain = {class: 64, byteOrder: 'little', machineFlags: 0} as const;
const architectures = {
	x86_64: {...plain, machine: 62},
	x32: {...plain, machine: 62, class: 32},
	i686: {...plain, machine: 3, class: 32},
	aarch64: {...plain, machine: 183},
	aarch64_be: {...plain, machine: 183, byteOrder: 'big'},
	armv7l: {...plain, machine: 40, class: 32, machineFlags: 0x500_0400},
	armv5tel: {...plain, machine: 40, class: 32, machineFlags: 0x500_0200},
	riscv64: {...plain, machine: 243},
	riscv32: {...plain, machine: 243, class: 32},
	ppc64le: {...plain, machine: 21, machineFlags: 2},
	ppc64: {...plain, machine: 21, byteOrder: 'big', machineFlags: 1},
	ppc: {...plain, machine: 20, class: 32, byteOrder: 'big'},
	s390x: {...plain, machine: 22, byteOrder: 'big'},
	loongarch64: {...plain, machine: 258},
	mips64el: {...plain, machine: 8},
	mipsn32el: {...plain, machine: 8, class: 32, machineFlags: 0x20},
	mipsel: {...plain, machine: 8, class: 32},
	sparc64: {...plain, machine: 43, byteOrder: 'big'},
} as const;

for (const [name, identity] of Object.entries(architectures)) {
	test(`class, byte order and flags tell architectures apart: ${name}`, t => {
		t.is(architectureName(identity), name);
	});
}

test('a machine that Linux does not run on has no architecture name', t => {
	t.is(architectureName({...plain, machine: 247}), undefined);
	t.is(architectureName({...plain, machine: 0xfffe}), undefined);
});

test('an unknown machine is named by its number', t => {
	t.is(machineName({machine: 62}), 'x86-64');
	t.is(machineName({machine: 0xfffe}), 'machine 65534');
});
