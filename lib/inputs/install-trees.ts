/**
 * The directory that a program was installed into, where no rule of prefix-kinds.json knows it:
 * `P/{bin,lib,share,libexec,etc}`, as the GNU Coding Standards have it ("Directory Variables").
 *
 * Where P holds nothing but such directories, it is one installation, or one user's, and all of it
 * belongs to the program. Elsewhere (`/usr/local`, a home, a tree of sources) nobody can tell what
 * does: that is said, and `--scope prefix` takes it.
 */
import {posix} from 'node:path';
import {pathPattern} from '../paths/path-pattern.js';
import {parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {Collector} from './payload-collector.js';

export interface InstallTree {
	readonly path: SysrootPath;
	/** `own`: holds an installation and nothing else; `system`: the distribution's. */
	readonly kind: 'own' | 'shared' | 'unknown' | 'system';
}

/** Places that many share. */
const shared =
	/^(?:\/|\/usr(?:\/local)?|\/opt|\/home|\/root|\/home\/[^/]+|(?:\/root|\/home\/[^/]+)\/\.local|\/tmp|\/srv|\/var)$/u;
const system = /^(?:\/|\/usr)$/u;

/** Where programs lie; below libexec they have directories of their own. */
const PROGRAMS = /^s?bin$|^libexec$/u;
const DEPTH = 4;

/** What programs read from their own place. */
const layout = ['lib', 'lib32', 'lib64', 'libexec', 'share', 'etc'];
const isOfLayout = pathPattern(
	[
		...[...layout, 'bin', 'sbin', 'include', 'var', 'man', 'info', 'doc', 'docs', 'com'],
		...['.*', '*.{txt,md,rst}', '{README,LICENSE,LICENCE,COPYING,COPYRIGHT,NOTICE,CHANGES}*'],
		...['{ChangeLog,CHANGELOG,NEWS,AUTHORS,CREDITS,INSTALL,THANKS,VERSION,MANIFEST}*'],
	],
	{dot: true},
);

/** For building and for reading. */
export const leftOfLayout = [
	'.git/**',
	'.cache/**',
	'include/**',
	'lib*/**/*.{a,la}',
	'{lib*,share}/pkgconfig/**',
	'{lib*,share}/cmake/**',
	'share/{man,doc,info,gtk-doc,aclocal}/**',
	'{man,info,doc,docs}/**',
];

/** `home` is the user's own, wherever it lies. */
export function isShared(directory: SysrootPath, home: string | undefined): boolean {
	const ofHome = home === undefined ? [] : [home, posix.join(home, '.local')];
	return shared.test(directory) || ofHome.includes(directory);
}

/** The distribution's own. */
export function isSystem(directory: SysrootPath): boolean {
	return system.test(directory);
}

/** By the path that the program is called by; `undefined` where that has no such directory. */
export function installTreeOf(
	program: SysrootPath,
	sysroot: Sysroot,
	home: string | undefined,
): InstallTree | undefined {
	let directory = sysroot.realPath(parentOf(program)) ?? parentOf(program);
	for (let depth = 0; depth < DEPTH && directory !== '/'; depth++) {
		const name = posix.basename(directory);
		const path = parentOf(directory);
		if (PROGRAMS.test(name) && (depth === 0 || name === 'libexec')) {
			return {path, kind: kindOf(path, sysroot, home)};
		}

		directory = path;
	}

	return undefined;
}

function kindOf(
	path: SysrootPath,
	sysroot: Sysroot,
	home: string | undefined,
): InstallTree['kind'] {
	if (isShared(path, home)) {
		return isSystem(path) ? 'system' : 'shared';
	}

	const names = sysroot.list(path, () => true) ?? [];
	const isOwn = names.every(isOfLayout) && names.some(name => layout.includes(name));
	return isOwn ? 'own' : 'unknown';
}

/** What is taken of it: of a place that many share, what its programs may read. */
export function treesOf({path, kind}: InstallTree, sysroot: Sysroot): SysrootPath[] {
	return kind === 'shared'
		? ['bin', 'sbin', ...layout]
				.map(name => sysrootPath(posix.join(path, name)))
				.filter(tree => sysroot.status(tree)?.kind === 'directory')
		: [path];
}

/** More need not be counted to be too many. */
const COUNTED = 10_000;
const DIRECTORIES_SAID = 3;

/** What of the tree stays behind, in words; `undefined` where nothing does that programs may read. */
export function describeRest(
	tree: InstallTree,
	program: SysrootPath,
	{entries, excludes}: Pick<Collector, 'entries' | 'excludes'>,
	sysroot: Sysroot,
): string | undefined {
	const leaves = pathPattern(leftOfLayout, {dot: true});
	// Queue and list at once: `for…of` visits what is appended.
	const pending = layout.map(name => sysrootPath(posix.join(tree.path, name)));
	const directories = new Set<string>();
	let count = 0;
	for (const path of pending) {
		const isLeft = excludes(path) || leaves(posix.relative(tree.path, path));
		const kind = isLeft || entries.has(path) ? undefined : sysroot.status(path)?.kind;
		if (kind === 'directory') {
			const names = sysroot.list(path, excludes) ?? [];
			pending.push(...names.map(name => sysrootPath(posix.join(path, name))));
		} else if (kind !== undefined) {
			count++;
			directories.add(posix.relative(tree.path, path).split('/').slice(0, 2).join('/'));
		}

		if (count >= COUNTED) {
			break;
		}
	}

	return count === 0 ? undefined : restMessage(count, [...directories], posix.basename(program));
}

/** Those of the program's own name first. */
function restMessage(count: number, directories: readonly string[], program: string): string {
	const isNamesake = (directory: string): boolean => posix.basename(directory) === program;
	const inOrder = [
		...directories.filter(isNamesake),
		...directories.filter(directory => !isNamesake(directory)),
	];
	const said = inOrder.slice(0, DIRECTORIES_SAID).join(', ');
	const others = inOrder.length > DIRECTORIES_SAID ? ', …' : '';
	const number = count >= COUNTED ? `${COUNTED} or more` : String(count);
	const noun = count === 1 ? 'file' : 'files';
	const object = count === 1 ? 'it' : 'them';
	return `has ${number} more ${noun} (${said}${others}); --scope prefix takes ${object}`;
}
