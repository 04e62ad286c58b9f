/**
 * What the user's session names besides the targets, and packed programs would read here.
 *
 * PYTHONPATH, R_LIBS and the like lead a program to files that no target and no package tells of. By
 * a data file, each row with its reason: who reads the variable, and how its elements are parted.
 * Only what would stay behind is told; whether it is to travel, the user says.
 */
import {posix} from 'node:path';
import picomatch from 'picomatch';
import type {Payload} from '../inputs/payload.js';
import {isWithin, parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import sessionVariables from './data/session-variables.json' with {type: 'json'};
import type {WalkedPayload} from './walked-payload.js';

export type Session = Readonly<Record<string, string | undefined>>;

export interface SessionDirectory {
	readonly variable: string;
	/** Without links. */
	readonly path: SysrootPath;
	/** The program or the library that reads it. */
	readonly reader: string;
}

export interface PackedWorld {
	readonly payload: Payload;
	readonly walked: Pick<WalkedPayload, 'roots' | 'programs'>;
	readonly sysroot: Sysroot;
}

/** Directories, and archives of modules, in the order of the data. */
export function findSessionDirectories(session: Session, world: PackedWorld): SessionDirectory[] {
	const rules = sessionVariables.filter(({variable}) => (session[variable] ?? '') !== '');
	if (rules.length === 0) {
		return [];
	}

	const {payload, walked, sysroot} = world;
	const programs = programNames(payload, walked);
	const libraries = [...new Set(walked.roots.flatMap(sonames))];
	const carried = withParents(payload);
	return rules.flatMap(({variable, separator, ...rule}) => {
		const isReader = (patterns: readonly string[], names: readonly string[]): string | undefined =>
			patterns.length === 0 ? undefined : names.find(name => picomatch([...patterns])(name));
		const reader = isReader(rule.programs, programs) ?? isReader(rule.libraries, libraries);
		const elements = (session[variable] ?? '').split(separator);
		return [...new Set(elements.flatMap(element => placeOf(element, sysroot)))].flatMap(path => {
			const by = reader ?? ('around' in rule ? programIn(path, payload) : undefined);
			return by === undefined || isCarried(path, carried, sysroot)
				? []
				: [{variable, path, reader: by}];
		});
	});
}

function programNames(
	{programs, entries}: Payload,
	walked: Pick<WalkedPayload, 'programs'>,
): readonly string[] {
	const scripts = entries.flatMap(entry =>
		entry.kind === 'file' && entry.content.kind === 'script' ? [entry.path] : [],
	);
	const paths = [...walked.programs.keys(), ...scripts].map(path => posix.basename(path));
	return [...new Set([...programs.map(({name}) => name), ...paths])];
}

function sonames({closure}: WalkedPayload['roots'][number]): readonly string[] {
	return closure.linkMap.flatMap(({object}) => object.soname ?? []);
}

/** Every path that travels, and every directory above one. */
function withParents({entries}: Payload): ReadonlySet<string> {
	const paths = new Set<string>(['/']);
	for (const {path} of entries) {
		for (let current = path; !paths.has(current); current = parentOf(current)) {
			paths.add(current);
		}
	}

	return paths;
}

/** A pattern (`/home/me/?.lua`, `/opt/jars/*`) means the directory that it begins with. */
function placeOf(element: string, sysroot: Sysroot): readonly SysrootPath[] {
	const written = /[?*]/u.test(element) ? element.replace(/[^/]*[?*].*$/u, '') : element;
	const real = written.startsWith('/') ? sysroot.realPath(sysrootPath(written)) : undefined;
	return real === undefined || real === '/' ? [] : [real];
}

function programIn(directory: SysrootPath, {programs}: Payload): string | undefined {
	return programs.find(({path}) => isWithin(path, directory))?.name;
}

function isCarried(path: SysrootPath, carried: ReadonlySet<string>, sysroot: Sysroot): boolean {
	if (!carried.has(path)) {
		return false;
	}

	const names = sysroot.status(path)?.kind === 'directory' ? sysroot.list(path) : [];
	return names?.every(name => carried.has(posix.join(path, name))) === true;
}
