/**
 * How the programs of a bundle see its paths, decided by what is in it.
 *
 * `direct` where no program looks for a file at a path of its own, `shim` where one does, and `userns`
 * where a program that does would not notice a preloaded object. What the host offers is for the
 * launcher to find out; this is the wish that is recorded.
 */
import picomatch from 'picomatch';
import type {SysrootPath} from '../paths/paths.js';
import type {ProjectedPath} from './projected-path.js';

export type Engine = 'direct' | 'shim' | 'userns';

export interface EngineChoice {
	readonly engine: Engine;
	/** One sentence, without a full stop. */
	readonly reason: string;
}

export interface EngineFacts {
	readonly projected: readonly ProjectedPath[];
	readonly programs: readonly ProgramFacts[];
}

export interface ProgramFacts {
	readonly path: SysrootPath;
	/** `static` brings its own C library; `own-calls` has one and goes past it, as Go's does. */
	readonly linkage: 'dynamic' | 'static' | 'own-calls';
	/** Whether a shim was built for its machine. */
	readonly hasShim: boolean;
}

/** What people read, and no program looks for in order to work. */
const isForPeople = picomatch([
	'/usr/share/{doc,doc-base,info,lintian,man,bug,metainfo,applications}/**',
	'/usr/share/{bash-completion,zsh,fish}/**',
]);

export function chooseEngine({projected, programs}: EngineFacts): EngineChoice {
	const needed = projected.find(path => isLookedFor(path));
	if (needed === undefined) {
		return {engine: 'direct', reason: 'no program of it looks for files at their own paths'};
	}

	const blind = programs.find(({linkage, hasShim}) => linkage !== 'dynamic' || !hasShim);
	return blind === undefined
		? {engine: 'shim', reason: `${needed.path} is looked for at its own path`}
		: {
				engine: 'userns',
				reason: `${blind.path} ${reasonOf(blind)}, and ${needed.path} is looked for at its own path`,
			};
}

/** Programs are found by PATH, and libraries by the loader. */
function isLookedFor(path: ProjectedPath): boolean {
	switch (path.kind) {
		case 'directory':
			return false;
		case 'file':
			return path.behind === undefined && !path.forLoader && !isForPeople(path.path);
		case 'link':
			return false;
	}
}

function reasonOf({linkage}: ProgramFacts): string {
	switch (linkage) {
		case 'static':
			return 'is static';
		case 'own-calls':
			return 'calls the kernel past its C library';
		case 'dynamic':
			return 'is of a machine no shim was built for';
	}
}
