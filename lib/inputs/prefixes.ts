/**
 * The installation that a program belongs to where no package owns it: a Python of pyenv or uv, a JDK
 * in a directory, an environment of conda.
 *
 * Such a program finds the rest from its own place, so it travels with its prefix. Which directories are
 * one is data: marks that all have to be there, and what of it nobody reads.
 */
import {posix} from 'node:path';
import {pathPattern, type PathPattern} from '../paths/path-pattern.js';
import {parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {installTreeOf, isShared, leftOfLayout, treesOf, type InstallTree} from './install-trees.js';
import {isInStore, isOfStore} from './store-paths.js';
import rows from './data/prefix-kinds.json' with {type: 'json'};

export interface Prefix {
	readonly path: SysrootPath;
	/** Such as `python`. */
	readonly kind: string;
	/** Directories that hold it, most often itself. */
	readonly trees: readonly SysrootPath[];
	/** Whether a path, from the prefix on, stays behind. */
	readonly leaves: PathPattern;
	/** Whether it is one package of many: whose library is loaded, travels with what it reads. */
	readonly isPackage: boolean;
}

/** `P/bin/java`, `P/lib/R/bin/exec/R`: a program lies no deeper. */
const DEPTH = 5;

const SETTING_LIMIT = 64 << 10;

/** The kind of a package of Nix or Guix, told by its path. */
export const STORE = 'store';

/** What comes with a prefix of any kind and is of no use in another place. */
const caches = ['.git/**', '.cache/**'];

/**
 * The innermost prefix above `program`, by the path it is called by: one that a rule knows, else the tree that it
 * was installed into, where that holds nothing else. `undefined` where it has none.
 */
export function prefixOf(
	program: SysrootPath,
	sysroot: Sysroot,
	home?: string,
): Prefix | undefined {
	const names = namesOf(program, sysroot);
	const known = names.map(name => knownPrefixOf(name, sysroot, home));
	return known.find(prefix => prefix !== undefined) ?? ownTree(names, sysroot, home);
}

/** As it is called, and where that is a link, the file: it may be linked from a place for all. */
function namesOf(program: SysrootPath, sysroot: Sysroot): readonly SysrootPath[] {
	const directory = sysroot.realPath(parentOf(program)) ?? parentOf(program);
	const called = sysrootPath(posix.join(directory, posix.basename(program)));
	const real = sysroot.realPath(program) ?? called;
	// A profile of a store is a package too, of links to all the user's programs.
	return isInStore(real) ? [real] : [...new Set([called, real])];
}

/** The innermost directory above a file that a rule knows. */
export function knownPrefixOf(
	file: SysrootPath,
	sysroot: Sysroot,
	home?: string,
): Prefix | undefined {
	let directory = parentOf(file);
	for (let depth = 0; depth < DEPTH && !isShared(directory, home); depth++) {
		const prefix = asPrefix(directory, sysroot, home);
		if (prefix !== undefined) {
			return prefix;
		}

		directory = parentOf(directory);
	}

	return undefined;
}

function ownTree(
	names: readonly SysrootPath[],
	sysroot: Sysroot,
	home: string | undefined,
): Prefix | undefined {
	const trees = names.map(name => installTreeOf(name, sysroot, home));
	const tree = trees.find(candidate => candidate?.kind === 'own');
	return tree && treeAsPrefix(tree, sysroot);
}

/** A tree that programs were installed into, as a prefix. */
export function treeAsPrefix(tree: InstallTree, sysroot: Sysroot): Prefix {
	return {
		path: tree.path,
		kind: 'installed',
		trees: treesOf(tree, sysroot),
		leaves: pathPattern(leftOfLayout, {dot: true}),
		isPackage: false,
	};
}

/** The Python that a virtual environment was made with, by what its pyvenv.cfg says of it. */
export function basePython({path, kind}: Prefix, sysroot: Sysroot): SysrootPath | undefined {
	const file = sysrootPath(posix.join(path, 'pyvenv.cfg'));
	const text = kind === 'venv' ? sysroot.read(file, SETTING_LIMIT)?.toString('utf8') : undefined;
	const home = /^\s*home\s*=\s*(?<home>\/.*?)\s*$/mu.exec(text ?? '')?.groups?.home;
	return ['python3', 'python', 'pypy3']
		.map(name => sysrootPath(posix.join(home ?? '/nonexistent', name)))
		.find(program => sysroot.realPath(program) !== undefined);
}

/** The directory as a prefix, where a rule knows it. */
export function asPrefix(
	directory: SysrootPath,
	sysroot: Sysroot,
	home?: string,
): Prefix | undefined {
	if (isShared(directory, home)) {
		return undefined;
	}

	if (isOfStore(directory)) {
		const leaves = pathPattern(caches, {dot: true});
		return {path: directory, kind: STORE, trees: [directory], leaves, isPackage: true};
	}

	const row = rows.find(({marks}) => marks.every(mark => hasMark(directory, mark, sysroot)));
	return row === undefined
		? undefined
		: {
				path: directory,
				kind: row.kind,
				trees: [directory],
				leaves: pathPattern([...caches, ...row.leaves], {dot: true}),
				isPackage: row.isPackage ?? false,
			};
}

/** Name by name, so that no tree is listed for it. */
function hasMark(directory: SysrootPath, mark: string, sysroot: Sysroot): boolean {
	return alternatives(mark).some(text => {
		let found: SysrootPath[] = [directory];
		for (const name of text.split('/')) {
			found = found.flatMap(parent => namesIn(parent, name, sysroot));
		}

		return found.length > 0;
	});
}

/** `{a,b/c}/d` → `a/d`, `b/c/d`; one brace is enough for the data. */
function alternatives(mark: string): readonly string[] {
	const match = /^(?<before>[^{]*)\{(?<choices>[^}]*)\}(?<after>.*)$/u.exec(mark)?.groups;
	return match === undefined
		? [mark]
		: (match.choices ?? '')
				.split(',')
				.map(choice => `${match.before ?? ''}${choice}${match.after ?? ''}`);
}

function namesIn(parent: SysrootPath, name: string, sysroot: Sysroot): SysrootPath[] {
	if (!/[*?[]/u.test(name)) {
		const path = sysrootPath(posix.join(parent, name));
		return sysroot.realPath(path) === undefined ? [] : [path];
	}

	const isOne = pathPattern(name);
	return (sysroot.list(parent, () => true) ?? [])
		.filter(isOne)
		.map(found => sysrootPath(posix.join(parent, found)));
}
