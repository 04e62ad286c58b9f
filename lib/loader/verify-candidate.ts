/**
 * What glibc's loader does with a file it could open: take it, pass over it, or die of it.
 *
 * The order is that of `open_verify` and the first half of `_dl_map_object_from_fd` in
 * elf/dl-load.c: a file of another class or machine is meant for somebody else and passed over; a
 * file that is broken or no library at all stops the program, because it hides one that would do.
 */
import {EM_ARM} from '../elf/elf-machines.js';
import type {ElfObject} from '../elf/elf-object.js';
import {runsOnMachineOf} from '../elf/same-machine.js';
import type {ElfAnswer} from '../sysroot/sysroot.js';

export type Verdict =
	| {readonly verdict: 'take'; readonly object: ElfObject}
	| {readonly verdict: 'absent'}
	| {readonly verdict: 'pass-over'; readonly why: string}
	/** Nothing more is tried in this list of directories. */
	| {readonly verdict: 'end-of-list'; readonly why: string}
	| {readonly verdict: 'fatal'; readonly reason: string};

export interface Expected {
	/** The loader's own file says what a library must be made for. */
	readonly loader: ElfObject;
	/** Since 2.30 a position-independent executable is no library. */
	readonly refusesPie: boolean;
}

/** Judge one candidate; `readIdent` gives the first bytes of a file that could not be decoded. */
export function verifyCandidate(
	answer: ElfAnswer,
	expected: Expected,
	readIdent: () => Buffer | undefined,
): Verdict {
	switch (answer.status) {
		case 'absent':
			return ABSENT;
		case 'unreadable':
			return answer.errno === 'EACCES'
				? {verdict: 'pass-over', why: 'unreadable: permission denied'}
				: {verdict: 'end-of-list', why: `unreadable: ${answer.reason}`};
		case 'not-elf':
			return isOfOtherClass(readIdent(), expected.loader)
				? {verdict: 'pass-over', why: 'wrong class'}
				: {verdict: 'fatal', reason: answer.reason};
		case 'elf':
			return verifyObject(answer.object, expected);
	}
}

const ABSENT: Verdict = {verdict: 'absent'};

const EI_CLASS = 4;

/** A damaged file of the other class is passed over all the same: the class is looked at first. */
function isOfOtherClass(ident: Buffer | undefined, loader: ElfObject): boolean {
	return (
		ident?.subarray(0, 4).toString('latin1') === '\x7fELF' &&
		ident[EI_CLASS] !== (loader.class === 32 ? 1 : 2)
	);
}

function verifyObject(object: ElfObject, {loader, refusesPie}: Expected): Verdict {
	if (object.class !== loader.class) {
		return {verdict: 'pass-over', why: 'wrong class'};
	}

	if (object.byteOrder !== loader.byteOrder) {
		return {verdict: 'fatal', reason: `ELF file data encoding not ${loader.byteOrder}-endian`};
	}

	if (!isKnownOsAbi(object)) {
		return {verdict: 'fatal', reason: 'ELF file OS ABI invalid'};
	}

	if (!runsOnMachineOf(object, loader)) {
		return {verdict: 'pass-over', why: 'wrong machine'};
	}

	if (object.type !== 'shared' && object.type !== 'executable') {
		return {verdict: 'fatal', reason: 'only ET_DYN and ET_EXEC can be loaded'};
	}

	if (object.abiTag !== undefined && object.abiTag.os !== 'linux') {
		return {verdict: 'pass-over', why: 'wrong operating system'};
	}

	return verifyLoadable(object, refusesPie);
}

function verifyLoadable(object: ElfObject, refusesPie: boolean): Verdict {
	if (!object.isDynamic) {
		return {verdict: 'fatal', reason: 'object file has no dynamic section'};
	}

	if (object.type === 'executable') {
		return {verdict: 'fatal', reason: 'cannot dynamically load executable'};
	}

	return refusesPie && object.flags.pie
		? {verdict: 'fatal', reason: 'cannot dynamically load position-independent executable'}
		: {verdict: 'take', object};
}

/** VALID_ELF_OSABI, sysdeps/unix/sysv/linux/ldsodefs.h: System V and GNU, and ARM's own two. */
function isKnownOsAbi({osAbi, machine}: ElfObject): boolean {
	return osAbi === 0 || osAbi === 3 || (machine === EM_ARM && (osAbi === 64 || osAbi === 97));
}
