/**
 * Distributions of Python as installers leave them in a site directory: `NAME-VERSION.dist-info` with RECORD,
 * METADATA and entry_points.txt (“Recording installed projects”, PEP 376 and 627), or `.egg-info`.
 *
 * These are other people's files: of a RECORD counts what lies in its site directory, or where installers put
 * things in the prefix of that (`../../../bin/NAME`), links followed.
 */
import {posix} from 'node:path';
import {isWithin, parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {normalName, readRequirements, type Requirement} from './python-requirements.js';

export interface Distribution {
	readonly name: string;
	/** Its directory of records, or the one file that an egg may have instead. */
	readonly info: SysrootPath;
	/** Where its modules lie. */
	readonly site: SysrootPath;
}

export interface RecordedFiles {
	/** Those that are there, links kept. */
	readonly files: readonly SysrootPath[];
	/** The first that is outside, as the RECORD has it. */
	readonly climbing: string | undefined;
}

/** The largest distributions have some twenty thousand files. */
const RECORD_LIMIT = 16 << 20;
const METADATA_LIMIT = 4 << 20;

/** By the name that requirements call them by. */
export function distributionsIn(
	site: SysrootPath,
	sysroot: Sysroot,
): ReadonlyMap<string, Distribution> {
	const found = new Map<string, Distribution>();
	for (const entry of sysroot.list(site, () => true) ?? []) {
		const name = /^(?<name>[^-].*?)-[^-]+(?:-py[^-]*)?\.(?:dist|egg)-info$/u.exec(entry)?.groups
			?.name;
		if (name !== undefined && !found.has(normalName(name))) {
			const info = sysrootPath(posix.join(site, entry));
			found.set(normalName(name), {name: normalName(name), info, site});
		}
	}

	return found;
}

/** Whose script lies at a path: of those that say they start it by that name first, then of all. */
export function ownerOfScript(
	script: SysrootPath,
	distributions: Iterable<Distribution>,
	sysroot: Sysroot,
): Distribution | undefined {
	const own = posix.basename(script);
	const all = [...distributions];
	const named = all.filter(distribution => startsAs(own, distribution, sysroot));
	const lists = (distribution: Distribution): boolean =>
		recordedPaths(distribution, sysroot)?.some(
			name => name.endsWith(`/${own}`) && placeOf(name, distribution) === script,
		) === true;
	return named.find(lists) ?? all.find(lists) ?? named[0];
}

/** `undefined` of one that has no RECORD, or none of a size that can be believed. */
export function filesOf(distribution: Distribution, sysroot: Sysroot): RecordedFiles | undefined {
	const paths = recordedPaths(distribution, sysroot);
	if (paths === undefined) {
		return undefined;
	}

	const bounds = [distribution.site, prefixOfSite(distribution.site)].flatMap(
		directory => sysroot.realPath(directory) ?? [],
	);
	const files: SysrootPath[] = [];
	let climbing: string | undefined;
	for (const name of paths) {
		const place = placeOf(name, distribution);
		const real = place === undefined ? undefined : sysroot.realPath(place);
		if (place === undefined || (real !== undefined && !bounds.some(top => isWithin(real, top)))) {
			climbing ??= name;
		} else if (real !== undefined && sysroot.status(real)?.kind === 'file') {
			files.push(place);
		}
	}

	return {files, climbing};
}

export function requirementsOf({info}: Distribution, sysroot: Sysroot): readonly Requirement[] {
	return readRequirements(textOf(info, 'METADATA', METADATA_LIMIT, sysroot) ?? '');
}

/** A file by which it can be asked who owns the distribution. */
export function metadataOf({info}: Distribution, sysroot: Sysroot): SysrootPath {
	const names = ['METADATA', 'PKG-INFO'].map(name => sysrootPath(posix.join(info, name)));
	return names.find(path => sysroot.status(path) !== undefined) ?? info;
}

/** `P/lib/python3.11/site-packages` → P. */
export function prefixOfSite(site: SysrootPath): SysrootPath {
	return parentOf(parentOf(parentOf(site)));
}

/** Where wheels have scripts and data go. */
const outside = new Set([
	'bin',
	'sbin',
	'etc',
	'include',
	'lib',
	'lib64',
	'libexec',
	'man',
	'share',
]);

/** `undefined` for a place that no distribution is installed to. */
function placeOf(name: string, {site}: Distribution): SysrootPath | undefined {
	if (name.includes('\0')) {
		return undefined;
	}

	const place = sysrootPath(posix.resolve(site, name));
	const [top = ''] = posix.relative(prefixOfSite(site), place).split('/', 1);
	return isWithin(place, site) || outside.has(top) ? place : undefined;
}

/** The first column: quoted where it has a comma or a quote itself (PEP 376, as Python's csv writes it). */
function recordedPaths({info}: Distribution, sysroot: Sysroot): readonly string[] | undefined {
	return textOf(info, 'RECORD', RECORD_LIMIT, sysroot)
		?.split(/\r?\n/u)
		.map(line => {
			const quoted = /^"(?<path>(?:[^"]|"")*)"/u.exec(line)?.groups?.path;
			return quoted?.replaceAll('""', '"') ?? /^[^,]*/u.exec(line)?.[0] ?? '';
		})
		.filter(path => path !== '');
}

/** Whether it has such a script, by its entry points. */
function startsAs(script: string, {info}: Distribution, sysroot: Sysroot): boolean {
	const text = textOf(info, 'entry_points.txt', METADATA_LIMIT, sysroot) ?? '';
	let isOfScripts = false;
	for (const line of text.includes(script) ? text.split('\n') : []) {
		const section = /^\s*\[(?<name>[^\]]*)\]/u.exec(line)?.groups?.name;
		if (section !== undefined) {
			isOfScripts = /^(?:console|gui)_scripts$/u.test(section.trim());
		} else if (isOfScripts && line.split('=', 1)[0]?.trim() === script) {
			return true;
		}
	}

	return false;
}

function textOf(
	info: SysrootPath,
	name: string,
	limit: number,
	sysroot: Sysroot,
): string | undefined {
	const path = sysrootPath(posix.join(info, name));
	const real = sysroot.realPath(path);
	const status = real === undefined ? undefined : sysroot.status(real);
	return status?.kind === 'file' && status.size <= limit
		? sysroot.read(path, limit)?.toString('utf8')
		: undefined;
}
