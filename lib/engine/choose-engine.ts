/**
 * How the programs of a bundle see its paths, decided by what is in it.
 *
 * `direct` where no program looks for a file at a path of its own and no variable is set, `shim` where
 * one does, and `userns` where a program that does would not notice a preloaded object. What the
 * host offers is for the launcher to find out; this is the wish that is recorded.
 */
import type {Engine} from '../launcher/launch-spec.js';
import {pathPattern} from '../paths/path-pattern.js';
import type {SysrootPath} from '../paths/paths.js';

export interface EngineChoice {
	/** Of the bundle as a whole: the strongest that any of its programs needs. */
	readonly engine: Engine;
	/** One sentence, without a full stop. */
	readonly reason: string;
	/** Of one program. */
	readonly of: (program: Omit<ProgramFacts, 'path'>) => ProgramEngine;
}

export interface ProgramEngine {
	readonly engine: Engine;
	readonly reason: string;
}

export interface EngineFacts {
	/** A file that programs look for at its own path, if there is one. */
	readonly data: SysrootPath | undefined;
	/** Variables that launchers set under every engine. */
	readonly variables: readonly string[];
	readonly programs: readonly ProgramFacts[];
}

export interface ProgramFacts {
	readonly path: SysrootPath;
	/**
	 * `static` brings its own C library; `own-calls` has one and goes past it, as Go's does; `by-path`
	 * is dynamic and its loader opens a library by its path, before any shim is there.
	 */
	readonly linkage: 'dynamic' | 'static' | 'own-calls' | 'by-path';
	/** Whether a shim was built for its machine. */
	readonly hasShim: boolean;
}

/** Whether a file is for people to read, and no program looks for it in order to work. */
export const isForPeople = pathPattern([
	'/usr/share/{doc,doc-base,info,lintian,man,bug,metainfo,applications}/**',
	'/usr/share/{bash-completion,zsh,fish}/**',
	'/etc/bash_completion.d/**',
]);

/** Whether the C library alone looks for a file, past what any engine but a namespace could show. */
export const isForLibc = pathPattern([
	'/usr/lib/locale/**',
	'/usr/lib{,32,64,x32}/{,*-linux-*/}gconv/**',
]);

export function chooseEngine({data, variables, programs}: EngineFacts): EngineChoice {
	const [variable] = variables;
	if (data === undefined && variable === undefined) {
		const reason = 'no program of it looks for files at their own paths';
		return {engine: 'direct', reason, of: () => ({engine: 'direct', reason})};
	}

	const need =
		data === undefined
			? `${variable ?? ''} is set for its programs and not for the host\u2019s`
			: `${data} is looked for at its own path`;
	const blind = data === undefined ? undefined : programs.find(isBlind);
	const of = (program: Omit<ProgramFacts, 'path'>): ProgramEngine => {
		if (!isBlind(program)) {
			return {engine: 'shim', reason: need};
		}

		return data === undefined
			? {engine: 'direct', reason: `it ${reasonOf(program)}`}
			: {engine: 'userns', reason: `it ${reasonOf(program)}, and ${need}`};
	};
	return blind === undefined
		? {engine: programs.some(program => !isBlind(program)) ? 'shim' : 'direct', reason: need, of}
		: {engine: 'userns', reason: `${blind.path} ${reasonOf(blind)}, and ${need}`, of};
}

/** Whether a preloaded object would not reach it. */
function isBlind({linkage, hasShim}: Omit<ProgramFacts, 'path'>): boolean {
	return linkage !== 'dynamic' || !hasShim;
}

function reasonOf({linkage}: Pick<ProgramFacts, 'linkage'>): string {
	switch (linkage) {
		case 'static':
			return 'is static';
		case 'own-calls':
			return 'calls the kernel past its C library';
		case 'by-path':
			return 'asks its loader for a library by its path';
		case 'dynamic':
			return 'is of a machine no shim was built for';
	}
}
