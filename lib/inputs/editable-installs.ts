/**
 * Directories beside an environment that its Python reads modules from: editable installs and paths that
 * somebody added. They are the user's sources, and stay behind unless they are named; that is said.
 *
 * What leads there are lines of `.pth` files (Python's documentation, “site”), setuptools' finders with
 * their MAPPING, `.egg-link` files, and `direct_url.json` of an editable project (PEP 610).
 */
import {posix} from 'node:path';
import {pathPattern} from '../paths/path-pattern.js';
import {isWithin, parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {PayloadEntry, PayloadFinding} from './payload.js';

const SETTING_LIMIT = 1 << 20;
const DIRECTORIES_SAID = 3;

const isPointer = pathPattern(
	[
		'/**/{site,dist}-packages/*.{pth,egg-link}',
		'/**/{site,dist}-packages/__editable__*_finder.py',
		'/**/{site,dist}-packages/*.dist-info/direct_url.json',
	],
	{dot: true},
);

/** One finding for each directory of modules that points to others. */
export function findEditableInstalls(
	entries: readonly PayloadEntry[],
	sysroot: Sysroot,
): PayloadFinding[] {
	const outside = new Map<SysrootPath, Set<SysrootPath>>();
	for (const {path, package: owner} of entries) {
		if (owner === undefined && path.includes('-packages/') && isPointer(path)) {
			const site = sysrootPath(path.slice(0, path.indexOf('-packages/') + '-packages'.length));
			const named = outside.get(site) ?? new Set();
			outside.set(site, named);
			pointedTo(path, sysroot)
				.filter(directory => !entries.some(entry => isWithin(entry.path, directory)))
				.forEach(directory => named.add(directory));
		}
	}

	return [...outside].flatMap(([path, named]) =>
		named.size === 0
			? []
			: [{code: 'EDITABLE_LEFT_OUT', path, message: leftMessage(innermost([...named]))}],
	);
}

/** Real directories; what is not there, Python passes over as well. */
function pointedTo(pointer: SysrootPath, sysroot: Sysroot): SysrootPath[] {
	const text = sysroot.read(pointer, SETTING_LIMIT)?.toString('utf8') ?? '';
	return namedIn(posix.basename(pointer), text).flatMap(name => {
		const real = sysroot.realPath(sysrootPath(posix.resolve(parentOf(pointer), name)));
		return real !== undefined && sysroot.status(real)?.kind === 'directory' ? [real] : [];
	});
}

function namedIn(file: string, text: string): readonly string[] {
	const lines = text.split(/\r?\n/u).map(line => line.trimEnd());
	if (file.endsWith('.egg-link')) {
		return lines.slice(0, 1).filter(line => line !== '');
	}

	if (file.endsWith('.pth')) {
		return lines.filter(line => line !== '' && !/^(?:#|import[ \t])/u.test(line));
	}

	if (file.endsWith('.py')) {
		const mapping = /^MAPPING\b[^{]*\{(?<pairs>[^}]*)\}/mu.exec(text)?.groups?.pairs ?? '';
		return [...mapping.matchAll(/:\s*(['"])(?<path>\/.*?)\1/gu)].map(
			({groups}) => groups?.path ?? '',
		);
	}

	return /"editable"\s*:\s*true/u.test(text) ? localUrl(text) : [];
}

function localUrl(text: string): readonly string[] {
	const path = /"url"\s*:\s*"file:\/\/(?<path>\/[^"\\]*)"/u.exec(text)?.groups?.path;
	try {
		return path === undefined ? [] : [decodeURIComponent(path)];
	} catch {
		return [];
	}
}

/** A project’s directory says less than the one in it that modules are read from. */
function innermost(directories: readonly SysrootPath[]): readonly SysrootPath[] {
	return directories.filter(directory =>
		directories.every(other => other === directory || !isWithin(other, directory)),
	);
}

function leftMessage(directories: readonly SysrootPath[]): string {
	const said = directories.slice(0, DIRECTORIES_SAID);
	const more = directories.length - said.length;
	const rest = more > 0 ? ` and ${more} more` : '';
	return `its Python reads modules of ${said.join(', ')}${rest}, which stay behind; ${said.map(path => `--with ${path}`).join(' ')} takes them along`;
}
