/**
 * One file as we read it and as readelf(1) does.
 *
 * Version records are compared where readelf could find them, which it does by section; notes it
 * shows that no segment covers are left out in readelf.ts.
 */
import type {ElfObject} from '../../../lib/elf/elf-object.js';
import {machineNames} from './machine-names.js';
import type {Reading} from './readelf.js';

const systems: Readonly<Record<string, number>> = {
	'<unknown: ff>': 255,
	'UNIX - System V': 0,
	'UNIX - GNU': 3,
	'UNIX - FreeBSD': 9,
};
const types: Readonly<Record<string, ElfObject['type']>> = {
	REL: 'relocatable',
	EXEC: 'executable',
	DYN: 'shared',
	CORE: 'core',
};
const segments: Readonly<Record<string, number>> = {
	NULL: 0,
	LOAD: 1,
	DYNAMIC: 2,
	INTERP: 3,
	NOTE: 4,
	PHDR: 6,
	TLS: 7,
	GNU_EH_FRAME: 0x6474_e550,
	GNU_STACK: 0x6474_e551,
	GNU_RELRO: 0x6474_e552,
	GNU_PROPERTY: 0x6474_e553,
};
const isaLevels = ['x86-64-baseline', 'x86-64-v2', 'x86-64-v3', 'x86-64-v4'];

/** Compare object by object and field by field; each difference is a sentence. */
export async function compareWithReadelf(
	objects: readonly ElfObject[],
	readings: ReadonlyMap<string, Reading>,
): Promise<readonly string[]> {
	const names = await machineNames(objects.map(({machine}) => machine));
	return objects.flatMap(ours => {
		const theirs = readings.get(ours.path);
		return theirs === undefined ? [`${ours.path}: not read`] : compareOne(ours, theirs, names);
	});
}

function compareOne(
	ours: ElfObject,
	theirs: Reading,
	names: ReadonlyMap<number, string>,
): readonly string[] {
	const pairs: Readonly<Record<string, readonly [unknown, unknown]>> = {
		...headerFields(ours, theirs),
		machine: [names.get(ours.machine), theirs.machine],
		...dynamicFields(ours, theirs),
		...versionFields(ours, theirs),
		...noteFields(ours, theirs),
		...memoryFields(ours, theirs),
	};
	return Object.entries(pairs)
		.map(([field, values]) => [field, ...values.map(value => JSON.stringify(value))])
		.filter(([, our, their]) => our !== their)
		.map(([field, our, their]) => `${ours.path}: ${field} is ${our}, for readelf ${their}`);
}

type Pairs = Readonly<Record<string, readonly [unknown, unknown]>>;

function headerFields(ours: ElfObject, theirs: Reading): Pairs {
	return {
		class: [`ELF${ours.class}`, theirs.class],
		byteOrder: [ours.byteOrder, theirs.byteOrder],
		type: [ours.type, types[theirs.type]],
		osAbi: [ours.osAbi, systems[theirs.osAbi] ?? theirs.osAbi],
		entry: [`0x${ours.entry.toString(16)}`, theirs.entry],
		machineFlags: [ours.machineFlags, theirs.machineFlags],
		programHeaders: [
			ours.programHeaders.map(header =>
				[
					header.type,
					header.offset,
					header.virtualAddress,
					header.fileSize,
					header.memorySize,
					// Others it does not show.
					header.flags & SHOWN_FLAGS,
					header.alignment,
				].join(' '),
			),
			theirs.programHeaders.map(numberedSegment),
		],
		interpreter: [ours.interpreter, theirs.interpreter],
	};
}

/** Names as numbers: the type, and the letters of the flags. */
function numberedSegment(line: string): string {
	const [type = '', offset, address, fileSize, memorySize, ...rest] = line.split(' ');
	const [flags = '', alignment] = rest;
	const bits = Object.entries({R: 4, W: 2, E: 1}).filter(([letter]) => flags.includes(letter));
	const number = bits.reduce((sum, [, bit]) => sum + bit, 0);
	return [numberOfSegment(type), offset, address, fileSize, memorySize, number, alignment].join(
		' ',
	);
}

const SHOWN_FLAGS = 7;

/** What has no name is told by where its range begins (binutils, include/elf/common.h). */
function numberOfSegment(type: string): string | number {
	const [, range = '', offset = ''] = /^(LOOS|LOPROC)\+0x([0-9a-f]+)$/u.exec(type) ?? [];
	const start = {LOOS: 0x60000000, LOPROC: 0x70000000}[range];
	return start === undefined ? (segments[type] ?? type) : start + Number(`0x${offset}`);
}

function dynamicFields(ours: ElfObject, theirs: Reading): Pairs {
	const all = (tag: string): readonly string[] => theirs.dynamic.get(tag) ?? [];
	const has = (tag: string, flag: string): boolean =>
		all(tag).some(flags => flags.split(' ').includes(flag));
	return {
		// What is of no machine is for no loader.
		isDynamic: [ours.isDynamic, theirs.isDynamic && theirs.machine !== 'None'],
		needed: [ours.needed, all('NEEDED')],
		soname: [ours.soname, all('SONAME').at(-1)],
		rpath: [ours.rpath, all('RPATH').at(-1)],
		runpath: [ours.runpath, all('RUNPATH').at(-1)],
		filter: [ours.filter, all('FILTER')],
		auxiliary: [ours.auxiliary, all('AUXILIARY')],
		audit: [ours.audit, all('AUDIT').at(-1)],
		depAudit: [ours.depAudit, all('DEPAUDIT').at(-1)],
		flags: [
			ours.flags,
			{
				noDefaultLib: has('FLAGS_1', 'NODEFLIB'),
				pie: has('FLAGS_1', 'PIE'),
				bindNow:
					has('FLAGS', 'BIND_NOW') || has('FLAGS_1', 'NOW') || theirs.dynamic.has('BIND_NOW'),
				staticTls: has('FLAGS', 'STATIC_TLS'),
				noDelete: has('FLAGS_1', 'NODELETE'),
				noOpen: has('FLAGS_1', 'NOOPEN'),
				origin: has('FLAGS', 'ORIGIN') || has('FLAGS_1', 'ORIGIN'),
			},
		],
	};
}

function versionFields(ours: ElfObject, theirs: Reading): Pairs {
	const needs = ours.versionNeeds.flatMap(({file, versions}) =>
		versions.map(({name, weak}) => `${file} ${name}${weak ? ' weak' : ''}`),
	);
	return {
		versionNeeds: [needs, theirs.versionNeeds ?? needs],
		versionDefinitions: [
			ours.versionDefinitions,
			theirs.versionDefinitions ?? ours.versionDefinitions,
		],
	};
}

function noteFields(ours: ElfObject, theirs: Reading): Pairs {
	const {abiTag} = ours;
	const names = (mask: number): readonly string[] =>
		isaLevels.filter((_, bit) => (mask & (1 << bit)) !== 0);
	return {
		abiTag: [
			abiTag === undefined ? undefined : `${abiTag.os}, ABI: ${abiTag.version.join('.')}`,
			theirs.abiTag?.replace(/^\w/u, initial => initial.toLowerCase()),
		],
		isaNeeded: [names(ours.isaNeeded), theirs.isaNeeded],
		isaUsed: [names(ours.isaUsed), theirs.isaUsed],
		buildId: [ours.buildId, theirs.buildId],
	};
}

function memoryFields(ours: ElfObject, theirs: Reading): Pairs {
	const find = (type: string): readonly string[] | undefined =>
		theirs.programHeaders.find(line => line.startsWith(`${type} `))?.split(' ');
	const stack = find('GNU_STACK');
	const tls = find('TLS');
	return {
		executableStack: [ours.executableStack, stack === undefined || stack[5]!.includes('E')],
		tls: [ours.tls, tls && {size: Number(tls[4]), alignment: Number(tls[6])}],
	};
}
