/**
 * Modules that somebody installed past the package manager, where a language that travels finds them: no
 * package has them and no target names them, so they stay behind; that is said.
 *
 * Which directories these are is data, with what marks the language's own library.
 */
import {posix} from 'node:path';
import {lookUpOwners} from '../installed/look-up-owners.js';
import {pathPattern} from '../paths/path-pattern.js';
import {isWithin, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import rows from './data/module-directories.json' with {type: 'json'};
import type {Gathering} from './gathering.js';
import type {PayloadEntry, PayloadFinding} from './payload.js';

const SETTING_LIMIT = 64 << 10;
const NAMES_SAID = 3;

const languages = rows.map(row => ({
	...row,
	core: new RegExp(row.core, 'u'),
	isIgnored: pathPattern(row.ignored, {dot: true}),
}));

/** One finding for each directory that has some. */
export function findLeftModules(
	gathering: Gathering,
	entries: readonly PayloadEntry[],
): PayloadFinding[] {
	return languages
		.filter(({language}) => language !== 'Python' || seesSystem(gathering.sysroot, entries))
		.flatMap(language => {
			const patterns = versionsOf(language, entries).flatMap(version =>
				language.directories.map(pattern => pattern.replaceAll('<version>', version)),
			);
			const directories = new Set(patterns.flatMap(pattern => directoriesOf(pattern, gathering)));
			return [...directories].flatMap(directory =>
				findingOf(directory, language, {...gathering, entries}),
			);
		});
}

/** Of what travels; one without a name where the directories have none in theirs. */
function versionsOf(
	{core}: (typeof languages)[number],
	entries: readonly PayloadEntry[],
): readonly string[] {
	const versions = entries.flatMap(({path}) => {
		const match = core.exec(path);
		return match === null ? [] : [match.groups?.version ?? ''];
	});
	return [...new Set(versions)];
}

/** A virtual environment's Python sees its own modules alone, unless it says otherwise (PEP 405). */
function seesSystem(sysroot: Sysroot, entries: readonly PayloadEntry[]): boolean {
	const settings = entries.filter(({path}) => posix.basename(path) === 'pyvenv.cfg');
	return (
		settings.length === 0 ||
		settings.some(({path}) =>
			/^include-system-site-packages\s*=\s*true\s*$/imu.test(
				sysroot.read(path, SETTING_LIMIT)?.toString('utf8') ?? '',
			),
		)
	);
}

function directoriesOf(pattern: string, {request, sysroot}: Gathering): SysrootPath[] {
	const place = pattern.startsWith('~') ? request.environment.HOME : '/';
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
	language: (typeof languages)[number],
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
	{isIgnored}: (typeof languages)[number],
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
