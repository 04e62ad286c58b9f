/**
 * A list of directories as written → the directories to look in.
 *
 * `fillin_rpath` of elf/dl-load.c: each element is expanded by itself, loses its final slashes and
 * counts once; an empty one is the working directory, and an element with a token that stands for
 * nothing is dropped. The working directory is the user's when the program runs, so unless told
 * which one is meant, a relative element is never searched, and the caller can say so.
 */
import {parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';

export type SearchDir =
	| {readonly kind: 'directory'; readonly text: string; readonly path: SysrootPath}
	| {readonly kind: 'unsearched'; readonly text: string; readonly why: string};

export interface SearchDirOptions {
	readonly sysroot: Sysroot;
	/** What a relative element counts from. */
	readonly workingDirectory: SysrootPath | undefined;
	/** Replace the tokens of one element, in as many ways as the target may. */
	readonly expand: (element: string) => readonly string[];
}

const RELATIVE = 'relative to the working directory';

/** Split at any character of `separators`. */
export function splitSearchDirs(
	list: string,
	separators: string,
	options: SearchDirOptions,
): readonly SearchDir[] {
	const dirs = new Map<string, SearchDir>();
	for (const element of splitAt(list, separators)) {
		const expansions = element === '' ? [''] : options.expand(element);
		if (expansions.length === 0) {
			dirs.set(element, {kind: 'unsearched', text: element, why: 'unknown token'});
		}

		for (const expanded of expansions) {
			const text = withoutFinalSlashes(expanded);
			if (!dirs.has(text)) {
				dirs.set(text, makeSearchDir(text, options));
			}
		}
	}

	return [...dirs.values()];
}

/** Resolve one directory that may be relative or climb with `..`. */
export function makeSearchDir(
	text: string,
	{sysroot, workingDirectory}: Pick<SearchDirOptions, 'sysroot' | 'workingDirectory'>,
): SearchDir {
	const isAbsolute = text.startsWith('/');
	if (!isAbsolute && workingDirectory === undefined) {
		return {kind: 'unsearched', text: text === '' ? '(empty)' : text, why: RELATIVE};
	}

	const path = directoryAt(sysroot, isAbsolute ? text : `${workingDirectory ?? ''}/${text}`);
	return path === undefined
		? {kind: 'unsearched', text, why: 'absent'}
		: {kind: 'directory', text, path};
}

function splitAt(list: string, separators: string): readonly string[] {
	return separators.length === 1 ? list.split(separators) : list.split(/[:;]/u);
}

function withoutFinalSlashes(text: string): string {
	return text.length > 1 ? text.replace(/(?<=.)\/+$/u, '') : text;
}

/**
 * The directory a path with `..` leads to: for the kernel `..` goes up from where a link led, not
 * from where it stands, and not at all from where nothing is. The spelling is kept wherever it
 * means the same.
 */
function directoryAt(sysroot: Sysroot, text: string): SysrootPath | undefined {
	const lexical = sysrootPath(text);
	if (!text.includes('..')) {
		return lexical;
	}

	let physical = sysrootPath('/');
	for (const component of text.split('/')) {
		if (component === '..') {
			const from = sysroot.realPath(physical);
			if (from === undefined) {
				return undefined;
			}

			physical = parentOf(from);
		} else {
			physical = sysrootPath(`${physical}/${component}`);
		}
	}

	return sysroot.realPath(lexical) === sysroot.realPath(physical) ? lexical : physical;
}
