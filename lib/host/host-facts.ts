/**
 * What a host told of itself: the output of `libexec/dynpk/host`, or of several of them merged.
 *
 * Its form is docs/host-v1.schema.json. `null` is what could not be told; `untold` has why, by the JSON
 * pointer of the fact.
 */

/** Of its bytes: a thousand times what a host usually tells. */
export const HOST_FACTS_LIMIT = 8 << 20;

export interface HostFacts {
	readonly schema: 'dynpk-host/1';
	/** As `uname -n` has it. */
	readonly name: string;
	/** Those that were merged; absent where it is one. */
	readonly hosts?: readonly string[];
	readonly outliers?: readonly Outlier[];
	readonly kernel: {
		readonly release: string;
		readonly machine: string;
		readonly pageSize: number;
	};
	readonly cpu: {
		/** Of the program that told, as `uname -m` has it: of a 32-bit bundle, `i686`. */
		readonly architecture: string;
		/** 3 for x86-64-v3. */
		readonly level: number | null;
		readonly vendor: string | null;
		readonly model: string | null;
		readonly features: readonly string[];
	};
	readonly libc: {
		readonly kind: 'glibc' | 'musl' | null;
		readonly version: string | null;
		readonly muslLoader: string | null;
	};
	readonly libraries: readonly HostLibrary[];
	readonly distribution: {
		readonly id: string | null;
		readonly versionId: string | null;
		readonly title: string | null;
		readonly source: string | null;
	};
	readonly userNamespaces: Trial;
	readonly ptrace: Trial;
	readonly fuse: Trial & {readonly mountProgram: string | null};
	readonly places: readonly HostPlace[];
	readonly shell: {readonly login: string | null; readonly sh: string | null};
	readonly scheduler: {
		readonly kind: string | null;
		readonly isInJob: boolean;
		readonly variables: readonly string[];
		readonly programs: readonly HostProgram[];
		readonly mpiPlugins: readonly string[] | null;
		readonly mpiTypes: 'notAsked';
	};
	readonly modules: {
		readonly kind: string | null;
		readonly version: string | null;
		readonly home: string | null;
		readonly loaded: readonly string[];
	};
	readonly gpu: {
		readonly nvidia: string | null;
		readonly amdgpu: string | null;
		readonly devices: readonly string[];
	};
	readonly mpi: readonly HostProgram[];
	readonly fabric: {
		readonly infiniband: readonly string[];
		readonly slingshot: readonly string[];
		readonly devices: readonly string[];
	};
	readonly preloads: {readonly file: readonly string[]; readonly variable: string | null};
	readonly untold: Readonly<Record<string, string>>;
}

export interface HostLibrary {
	readonly soname: string;
	readonly path: string | null;
	/** Of each family of version nodes with numbers the highest: `GLIBC`, `2.36`. */
	readonly highest: Readonly<Record<string, string>>;
	/** Nodes without a number. */
	readonly marks: readonly string[];
}

export interface Trial {
	readonly works: boolean;
	readonly why?: string;
}

export interface HostPlace {
	readonly name: string;
	readonly path: string | null;
	readonly fileSystem: string | null;
	readonly writable?: boolean;
	readonly readOnly?: boolean | null;
	readonly noexec?: boolean | null;
	readonly freeBytes?: number | null;
	readonly freeInodes?: number | null;
}

export interface HostProgram {
	readonly name: string;
	readonly path: string | null;
	readonly target: string | null;
}

/** A fact in which some hosts differ from most. */
export interface Outlier {
	/** As a JSON pointer, but for lists with names in them: `/libraries/libc.so.6/highest/GLIBC`. */
	readonly fact: string;
	readonly value: string | number | boolean | null;
	readonly hosts: readonly string[];
}
