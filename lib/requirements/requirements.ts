/**
 * What files that are loaded together need of a machine: version nodes of the libraries that a host has of
 * its own, its kernel, its processor.
 *
 * A node is compared with nodes, never with a package's version. Weak needs do not count, since the loader
 * only warns of them (dl-version.c).
 */
import type {ElfObject} from '../elf/elf-object.js';
import type {ObjectRecord} from '../manifest/manifest.js';
import type {SysrootPath} from '../paths/paths.js';

export interface LoadedFile {
	readonly path: SysrootPath;
	readonly object: ElfObject;
}

/** One need, and the file that has it. */
export interface Need {
	/** As the file has it: `GLIBC_2.34`. */
	readonly name: string;
	/** Its path, in the sysroot or in the bundle. */
	readonly by: string;
}

export interface Requirements {
	/** Of each family of nodes with numbers (`GLIBC`, `GLIBCXX`) the highest. */
	readonly highest: ReadonlyMap<string, Need>;
	/** Nodes without a number, such as `GLIBC_ABI_DT_RELR`. */
	readonly marks: readonly Need[];
	/** `GLIBC_PRIVATE`, which only the very libc that a file was built beside has. */
	readonly privates: readonly Need[];
	/** The newest of the ABI tags, such as `3.2.0`. */
	readonly kernel: Need | undefined;
	/** `undefined` where no file says that it needs more than the baseline. */
	readonly cpu: CpuNeed | undefined;
}

export interface CpuNeed {
	/** 2 for x86-64-v2, and so on. */
	readonly level: number;
	readonly by: string;
}

/** Libraries that a host has of its own, by soname, and that a program does not bring. */
const hostLibraries = new Set([
	...['ld-linux-x86-64.so.2', 'libc.so.6', 'libm.so.6', 'libmvec.so.1', 'libdl.so.2'],
	...['libpthread.so.0', 'librt.so.1', 'libresolv.so.2', 'libutil.so.1', 'libanl.so.1'],
	...['libthread_db.so.1', 'libBrokenLocale.so.1', 'libnsl.so.1'],
	...['libstdc++.so.6', 'libgcc_s.so.1', 'libatomic.so.1', 'libz.so.1'],
]);
const NUMBERED = /^(?<family>[A-Z]+)_(?<number>\d+(?:\.\d+)*)$/u;

/** What `files` need of the host's libraries; of those, the ones among the files that others need stay behind. */
export function gatherRequirements(files: readonly LoadedFile[]): Requirements {
	const needed = new Set(files.flatMap(({object}) => object.needed));
	const carried = files.filter(
		({object}) => !isHostLibrary(object) || !needed.has(object.soname ?? ''),
	);
	const needs = carried.flatMap(({path, object}) => nodesOf(object, path));
	const isPrivate = ({name}: Need): boolean => name === 'GLIBC_PRIVATE';
	const isMark = (need: Need): boolean => familyOf(need) === undefined && !isPrivate(need);
	return {
		highest: highestNodes(needs),
		marks: oncePer(needs.filter(isMark), ({name}) => name),
		privates: oncePer(needs.filter(isPrivate), ({by}) => by),
		...machineNeeds(
			carried.map(({path, object: {abiTag, isaNeeded}}) => ({
				path,
				kernel: abiTag?.os === 'linux' ? abiTag.version.join('.') : undefined,
				isa: isaNeeded,
			})),
		),
	};
}

/** What a bundle needs, which has its loader and its libraries with it. */
export function requirementsOfBundle(objects: readonly ObjectRecord[]): Requirements {
	return {highest: new Map(), marks: [], privates: [], ...machineNeeds(objects)};
}

interface MachineFacts {
	readonly path: string;
	readonly kernel?: string | undefined;
	/** GNU_PROPERTY_X86_ISA_1_NEEDED. */
	readonly isa?: number | undefined;
}

function machineNeeds(objects: readonly MachineFacts[]): Pick<Requirements, 'kernel' | 'cpu'> {
	const kernels = objects.flatMap(({path, kernel}) =>
		kernel === undefined ? [] : [{name: kernel, by: path}],
	);
	const levels = objects.map(({path, isa = 0}) => ({level: 32 - Math.clz32(isa), by: path}));
	return {
		kernel: kernels.reduce<Need | undefined>(newer, undefined),
		cpu: levels
			.filter(({level}) => level > 1)
			.reduce<CpuNeed | undefined>(
				(most, next) => (next.level > (most?.level ?? 1) ? next : most),
				undefined,
			),
	};
}

function newer(most: Need | undefined, next: Need): Need {
	return most === undefined || compareNodes(next.name, most.name) > 0 ? next : most;
}

function highestNodes(needs: readonly Need[]): Map<string, Need> {
	const highest = new Map<string, Need>();
	for (const need of needs) {
		const family = familyOf(need);
		if (family !== undefined) {
			highest.set(family, newer(highest.get(family), need));
		}
	}

	return highest;
}

function familyOf({name}: Need): string | undefined {
	return NUMBERED.exec(name)?.groups?.family;
}

function oncePer(needs: readonly Need[], key: (need: Need) => string): Need[] {
	return [...new Map(needs.map(need => [key(need), need])).values()];
}

function isHostLibrary({soname, type}: ElfObject): boolean {
	return type === 'shared' && soname !== undefined && hostLibraries.has(soname);
}

function nodesOf({versionNeeds}: ElfObject, by: string): Need[] {
	return versionNeeds
		.filter(({file}) => hostLibraries.has(file))
		.flatMap(({versions}) => versions.filter(({weak}) => !weak).map(({name}) => ({name, by})));
}

/** By the numbers in their names; of one family. */
export function compareNodes(one: string, other: string): number {
	const [a, b] = [numbersOf(one), numbersOf(other)];
	for (let i = 0; i < Math.max(a.length, b.length); i++) {
		const difference = (a[i] ?? 0) - (b[i] ?? 0);
		if (difference !== 0) {
			return difference;
		}
	}

	return 0;
}

function numbersOf(name: string): number[] {
	return (/[\d.]*$/u.exec(name)?.[0] ?? '').split('.').map(Number);
}
