/**
 * Modules that somebody installed past the package manager, where a language that travels finds them: no
 * package has them and no target names them, so they stay behind; that is said.
 */
import {posix} from 'node:path';
import {lookUpOwners} from '../installed/look-up-owners.js';
import {isWithin, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {Gathering} from './gathering.js';
import {
	expandDirectories,
	moduleLanguages,
	seesSystemModules,
	type ModuleLanguage,
} from './module-directories.js';
import type {PayloadEntry, PayloadFinding} from './payload.js';

const NAMES_SAID = 3;

/** One finding for each directory that has some. */
export function findLeftModules(
	gathering: Gathering,
	entries: readonly PayloadEntry[],
): PayloadFinding[] {
	const {request, sysroot} = gathering;
	return moduleLanguages
		.filter(({language}) => language !== 'Python' || seesSystem(sysroot, entries))
		.flatMap(language => {
			const patterns = versionsOf(language, entries).flatMap(version =>
				language.directories.map(pattern => pattern.replaceAll('<version>', version)),
			);
			const directories = new Set(
				patterns.flatMap(pattern => expandDirectories(pattern, request.environment.HOME, sysroot)),
			);
			return [...directories].flatMap(directory =>
				findingOf(directory, language, {...gathering, entries}),
			);
		});
}

/** Of what travels; one without a name where the directories have none in theirs. */
function versionsOf({core}: ModuleLanguage, entries: readonly PayloadEntry[]): readonly string[] {
	const versions = entries.flatMap(({path}) => {
		const match = core.exec(path);
		return match === null ? [] : [match.groups?.version ?? ''];
	});
	return [...new Set(versions)];
}

/** A virtual environment's Python sees its own modules alone, unless it says otherwise (PEP 405). */
function seesSystem(sysroot: Sysroot, entries: readonly PayloadEntry[]): boolean {
	const settings = entries.filter(({path}) => posix.basename(path) === 'pyvenv.cfg');
	return settings.length === 0 || settings.some(({path}) => seesSystemModules(path, sysroot));
}

/** Deeper than namespaces of modules, and few enough where there is no file at all. */
const DEPTH = 4;
const NAMES_ASKED = 16;

/**
 * A file of a module, of which owners can be asked; `undefined` where there is none: of modules that are
 * gone, Python's compiled forms stay, and their directories.
 */
function fileOf(path: SysrootPath, sysroot: Sysroot, depth = DEPTH): SysrootPath | undefined {
	const real = sysroot.realPath(path) ?? path;
	if (sysroot.status(real)?.kind !== 'directory') {
		return path;
	}

	const names = depth === 0 ? [] : (sysroot.list(real, () => true) ?? []).slice(0, NAMES_ASKED);
	for (const name of names.filter(inner => inner !== '__pycache__')) {
		const file = fileOf(sysrootPath(posix.join(path, name)), sysroot, depth - 1);
		if (file !== undefined) {
			return file;
		}
	}

	return undefined;
}

function findingOf(
	directory: SysrootPath,
	language: ModuleLanguage,
	gathering: Gathering & {readonly entries: readonly PayloadEntry[]},
): PayloadFinding[] {
	const {left, isAlone} = strangersIn(directory, language, gathering);
	if (left.length === 0) {
		return [];
	}

	const home = sysrootPath(gathering.request.environment.HOME ?? '/nonexistent');
	const more = left.length > NAMES_SAID ? ` and ${left.length - NAMES_SAID} more` : '';
	const what = `${left.slice(0, NAMES_SAID).join(', ')}${more}`;
	const taken = isAlone ? directory : `${directory}/NAME`;
	// Another user's home is elsewhere.
	const there = isWithin(directory, home)
		? `, and ${language.variable}=${directory} finds it there`
		: '';
	const message = `${language.language} has ${what} there, which no package has, and which stays behind; --with ${taken} takes it along${there}`;
	return [{code: 'MODULES_LEFT_OUT', path: directory, message}];
}

/** The names in a directory that no package has and that do not travel, and whether there are no others. */
function strangersIn(
	directory: SysrootPath,
	{isIgnored}: ModuleLanguage,
	{databases, entries, sysroot}: Gathering & {readonly entries: readonly PayloadEntry[]},
): {readonly left: readonly string[]; readonly isAlone: boolean} {
	const travelling = new Set(
		entries.flatMap(({path}) =>
			isWithin(path, directory) ? posix.relative(directory, path).split('/', 1) : [],
		),
	);
	const files = new Map<string, SysrootPath>();
	for (const name of sysroot.list(directory, () => true) ?? []) {
		const file =
			isIgnored(name) || travelling.has(name)
				? undefined
				: fileOf(sysrootPath(posix.join(directory, name)), sysroot);
		if (file !== undefined) {
			files.set(name, file);
		}
	}

	const ownerOf = lookUpOwners([...files.values()], sysroot, databases);
	const left = [...files].flatMap(([name, file]) => (ownerOf(file) === undefined ? [name] : []));
	return {left, isAlone: travelling.size === 0 && left.length === files.size};
}
