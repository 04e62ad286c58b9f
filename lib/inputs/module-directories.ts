/**
 * Where languages look for modules that somebody installed past the package manager: data, with what marks
 * a language's own library, and how a pattern of it is looked up.
 */
import {posix} from 'node:path';
import {pathPattern, type PathPattern} from '../paths/path-pattern.js';
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import rows from './data/module-directories.json' with {type: 'json'};

export interface ModuleLanguage {
	readonly language: string;
	/** A file of its own library, with `version` where directories have that in their names. */
	readonly core: RegExp;
	/** Patterns, with `<version>` for that one and `~` for the user's home. */
	readonly directories: readonly string[];
	/** Names in such a directory that are no modules. */
	readonly isIgnored: PathPattern;
	/** What names more such directories. */
	readonly variable: string;
}

export const moduleLanguages: readonly ModuleLanguage[] = rows.map(row => ({
	...row,
	core: new RegExp(row.core, 'u'),
	isIgnored: pathPattern(row.ignored, {dot: true}),
}));

/** Directories below `home` or the root that a pattern stands for, name by name, so that no tree is listed. */
export function expandDirectories(
	pattern: string,
	home: string | undefined,
	sysroot: Sysroot,
): SysrootPath[] {
	const place = pattern.startsWith('~') ? home : '/';
	let found = place?.startsWith('/') === true ? [sysrootPath(place)] : [];
	for (const name of pattern.replace(/^(?:~\/|\/)/u, '').split('/')) {
		found = found.flatMap(parent => namedIn(parent, name, sysroot));
	}

	return found;
}

function namedIn(parent: SysrootPath, name: string, sysroot: Sysroot): SysrootPath[] {
	const isOne = pathPattern(name);
	return (sysroot.list(parent, () => true) ?? [])
		.filter(isOne)
		.map(child => sysrootPath(posix.join(parent, child)))
		.filter(path => sysroot.status(path)?.kind === 'directory');
}

const SETTING_LIMIT = 64 << 10;

/** By the pyvenv.cfg of a virtual environment: its Python sees its own modules alone, unless that says otherwise (PEP 405). */
export function seesSystemModules(settings: SysrootPath, sysroot: Sysroot): boolean {
	return /^include-system-site-packages\s*=\s*true\s*$/imu.test(
		sysroot.read(settings, SETTING_LIMIT)?.toString('utf8') ?? '',
	);
}
