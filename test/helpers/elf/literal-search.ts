/** A search answered from a literal: libraries by name, each at the path `/NAME`. */
import type {ElfObject} from '../../../lib/elf/elf-object.js';
import type {Found, LoaderSearch, Missing} from '../../../lib/loader/loader-search.js';
import {hostPath, sysrootPath} from '../../../lib/paths/paths.js';

export type Library = Partial<
	Pick<
		ElfObject,
		| 'needed'
		| 'soname'
		| 'filter'
		| 'auxiliary'
		| 'audit'
		| 'depAudit'
		| 'dlopenNotes'
		| 'imports'
		| 'interpreter'
		| 'rpath'
		| 'runpath'
	>
> & {
	/** Another name of that library's file. */
	readonly fileOf?: string;
};

/** Fill a literal up to what an x86-64 library has at least. */
export function makeObject(name: string, {fileOf, ...library}: Library): ElfObject {
	return {
		path: hostPath(`/${name}`),
		fileId: fileOf ?? name,
		size: 1000,
		class: 64,
		byteOrder: 'little',
		machine: 62,
		osAbi: 0,
		machineFlags: 0,
		type: 'shared',
		entry: 0n,
		programHeaders: [],
		isDynamic: true,
		interpreter: undefined,
		needed: [],
		soname: undefined,
		rpath: undefined,
		runpath: undefined,
		filter: [],
		auxiliary: [],
		audit: undefined,
		depAudit: undefined,
		flags: {
			noDefaultLib: false,
			pie: false,
			bindNow: false,
			staticTls: false,
			noDelete: false,
			noOpen: false,
			origin: false,
		},
		versionNeeds: [],
		versionDefinitions: [],
		abiTag: undefined,
		isaNeeded: 0,
		isaUsed: 0,
		buildId: undefined,
		isGo: false,
		stringTable: undefined,
		imports: [],
		dlopenNotes: [],
		malformedDlopenNotes: [],
		executableStack: false,
		tls: undefined,
		threadLocals: {defined: [], fixed: [], fixesOwn: false},
		...library,
	};
}

export function searchIn(libraries: Readonly<Record<string, Library>>): LoaderSearch {
	return {
		libc: 'glibc',
		expand: needed => needed,
		locate: (needed): Found | Missing => {
			const library = libraries[needed];
			return library === undefined
				? {status: 'missing', searched: [], fatal: undefined}
				: {
						status: 'found',
						object: makeObject(needed, library),
						path: sysrootPath(`/${needed}`),
						place: 'default',
						passedOver: [],
						variants: [],
					};
		},
	};
}
