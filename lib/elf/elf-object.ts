/**
 * What dynpk knows of one ELF file: the facts the loader acts on, and nothing else.
 *
 * A frozen record. `undefined` means the file has none; an empty array means the file has the
 * table and nothing in it, or no table: the loader makes no difference.
 */
import type {HostPath} from '../paths/paths.js';

export interface ElfObject {
	readonly path: HostPath;
	/** `device:inode`, what ld.so compares to tell whether two names are one file. */
	readonly fileId: string;
	/** In bytes. */
	readonly size: number;
	readonly class: 32 | 64;
	readonly byteOrder: 'little' | 'big';
	/** `e_machine`; names are in elf-machines.ts. */
	readonly machine: number;
	/** `EI_OSABI`. */
	readonly osAbi: number;
	/** `e_flags`: what tells MIPS n32 from n64, or ARM hard from soft float. */
	readonly machineFlags: number;
	readonly type: 'executable' | 'shared' | 'relocatable' | 'core' | 'other';
	readonly entry: bigint;
	readonly programHeaders: readonly ProgramHeader[];
	/** Whether there is a dynamic section with contents (debug-only files have an empty one). */
	readonly isDynamic: boolean;
	/** The PT_INTERP string. */
	readonly interpreter: string | undefined;
	/** DT_NEEDED, in file order. */
	readonly needed: readonly string[];
	readonly soname: string | undefined;
	/** DT_RPATH as written, unsplit; ld.so ignores it where there is a runpath. */
	readonly rpath: string | undefined;
	/** DT_RUNPATH as written, unsplit. */
	readonly runpath: string | undefined;
	/** DT_FILTER, DT_AUXILIARY: filtees, in file order. */
	readonly filter: readonly string[];
	readonly auxiliary: readonly string[];
	/** DT_AUDIT, DT_DEPAUDIT as written, colon-separated. */
	readonly audit: string | undefined;
	readonly depAudit: string | undefined;
	readonly flags: ElfFlags;
	/** Where the dynamic string table lies in the file. */
	readonly stringTable: {readonly offset: number; readonly length: number} | undefined;
	/** Which of the watched functions (watched-imports.ts) it imports; read when first asked for. */
	readonly imports: readonly string[];
	readonly versionNeeds: readonly VersionNeed[];
	/** Names of DT_VERDEF, the base definition left out. */
	readonly versionDefinitions: readonly string[];
	/** NT_GNU_ABI_TAG: the oldest kernel this object runs on. */
	readonly abiTag: AbiTag | undefined;
	/** GNU_PROPERTY_X86_ISA_1_NEEDED and _USED, as bit masks; 0 where there is none. */
	readonly isaNeeded: number;
	readonly isaUsed: number;
	/** NT_GNU_BUILD_ID in lower-case hexadecimal. */
	readonly buildId: string | undefined;
	/** Whether the Go compiler made it: it has a note of owner `Go`. */
	readonly isGo: boolean;
	/** `.note.dlopen` (UAPI.12), in file order. */
	readonly dlopenNotes: readonly DlopenNote[];
	/** What is wrong with each `.note.dlopen` that was passed over; ld.so never looks at them. */
	readonly malformedDlopenNotes: readonly string[];
	/** PT_GNU_STACK asks for an executable stack, or there is no PT_GNU_STACK. */
	readonly executableStack: boolean;
	/** Size and alignment of PT_TLS, in bytes. */
	readonly tls: {readonly size: number; readonly alignment: number} | undefined;
	/** Whose thread-local storage it needs at fixed offsets; read when first asked for. */
	readonly threadLocals: ThreadLocals;
}

/** Names, whatever their versions: no two versions of one name are of different files. */
export interface ThreadLocals {
	/** What it has for others. */
	readonly defined: readonly string[];
	/** What it reaches at an offset that is fixed when it is loaded. */
	readonly fixed: readonly string[];
	/** Whether it reaches storage of its own that way, by no name. */
	readonly fixesOwn: boolean;
}

export interface ProgramHeader {
	readonly type: number;
	readonly flags: number;
	readonly offset: number;
	readonly virtualAddress: bigint;
	readonly fileSize: number;
	readonly memorySize: bigint;
	readonly alignment: bigint;
}

export interface ElfFlags {
	/** DF_1_NODEFLIB: neither the cache's system entries nor the default directories count. */
	readonly noDefaultLib: boolean;
	/** DF_1_PIE: a shared object by type, an executable by intent. */
	readonly pie: boolean;
	/** DF_BIND_NOW, DF_1_NOW or DT_BIND_NOW. */
	readonly bindNow: boolean;
	/** DF_STATIC_TLS. */
	readonly staticTls: boolean;
	/** DF_1_NODELETE. */
	readonly noDelete: boolean;
	/** DF_1_NOOPEN: dlopen refuses it. */
	readonly noOpen: boolean;
	/** DF_ORIGIN or DF_1_ORIGIN. */
	readonly origin: boolean;
}

export interface VersionNeed {
	/** `vn_file`: the needed name that must define these versions. */
	readonly file: string;
	readonly versions: readonly {readonly name: string; readonly weak: boolean}[];
}

export interface AbiTag {
	readonly os: 'linux' | 'hurd' | 'solaris' | 'freebsd' | 'other';
	/** Major, minor and patch level. */
	readonly version: readonly [number, number, number];
}

export interface DlopenNote {
	/** In order of preference: the first available one is enough. */
	readonly sonames: readonly string[];
	readonly feature: string | undefined;
	readonly description: string | undefined;
	readonly priority: 'required' | 'recommended' | 'suggested';
}
