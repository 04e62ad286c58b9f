/** The loader that programs of an architecture name, for objects that name none. */
import {architectureName} from '../elf/elf-machines.js';
import type {ElfObject} from '../elf/elf-object.js';

const usualInterpreters: Readonly<Record<string, string>> = {
	x86_64: '/lib64/ld-linux-x86-64.so.2',
	i686: '/lib/ld-linux.so.2',
	aarch64: '/lib/ld-linux-aarch64.so.1',
	armv7l: '/lib/ld-linux-armhf.so.3',
	riscv64: '/lib/ld-linux-riscv64-lp64d.so.1',
	ppc64le: '/lib64/ld64.so.2',
	s390x: '/lib/ld64.so.1',
};

export function usualInterpreter(object: ElfObject): string | undefined {
	return usualInterpreters[architectureName(object) ?? ''];
}
