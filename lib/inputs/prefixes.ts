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
import rows from './data/prefix-kinds.json' with {type: 'json'};

export interface Prefix {
	readonly path: SysrootPath;
	/** Such as `python`. */
	readonly kind: string;
	/** Whether a path, from the prefix on, stays behind. */
	readonly leaves: PathPattern;
}

/** `P/bin/java`, `P/lib/R/bin/exec/R`: a program lies no deeper. */
const DEPTH = 5;

/** Places that many share: what lies there has no prefix of its own. */
const shared =
	/^(?:\/|\/usr(?:\/local)?|\/opt|\/home|\/root|\/home\/[^/]+|(?:\/root|\/home\/[^/]+)\/\.local|\/tmp|\/srv|\/var)$/u;

const SETTING_LIMIT = 64 << 10;

/** What comes with a prefix of any kind and is of no use in another place. */
const caches = ['.git/**', '.cache/**'];

/** The innermost prefix above `program`, by the path it is called by; `undefined` where it has none. */
export function prefixOf(program: SysrootPath, sysroot: Sysroot): Prefix | undefined {
	let directory = sysroot.realPath(parentOf(program)) ?? parentOf(program);
	for (let depth = 0; depth < DEPTH && !shared.test(directory); depth++) {
		const prefix = asPrefix(directory, sysroot);
		if (prefix !== undefined) {
			return prefix;
		}

		directory = parentOf(directory);
	}

	return undefined;
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
export function asPrefix(directory: SysrootPath, sysroot: Sysroot): Prefix | undefined {
	if (shared.test(directory)) {
		return undefined;
	}

	const row = rows.find(({marks}) => marks.every(mark => hasMark(directory, mark, sysroot)));
	return row === undefined
		? undefined
		: {
				path: directory,
				kind: row.kind,
				leaves: pathPattern([...caches, ...row.leaves], {dot: true}),
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
