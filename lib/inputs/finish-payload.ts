/** From what was gathered to the payload: sorted, each entry with its owner, each program once. */
import {posix} from 'node:path';
import {DynpkError} from '../errors/dynpk-error.js';
import {
	packageId,
	type InstalledPackage,
	type PackageDatabase,
} from '../installed/package-database.js';
import {comparePaths, parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {findLeftCalls} from './add-called-programs.js';
import {reportStrangers} from './belongings.js';
import {findEditableInstalls} from './editable-installs.js';
import type {Gathering} from './gathering.js';
import {findLeftHelpers} from './named-helpers.js';
import {findLeftModules} from './own-modules.js';
import type {Bringer, NamedProgram, Payload, PayloadEntry} from './payload.js';
import {PRIVATE_LEFT_OUT} from './private-files.js';
import {findLeftNeighbours} from './script-neighbours.js';
import {findLeftSuspects} from './suspects.js';
import type {Target} from './target.js';

/** What the user asked for. */
interface Asked {
	readonly name: string;
	readonly programs: readonly NamedProgram[];
	readonly targets: readonly Target[];
}

/** @throws {DynpkError} PATH_CLASH where two programs have one name. */
export function finishPayload(
	gathering: Gathering,
	{name: ownName, programs, targets}: Asked,
): Payload {
	const {collector, databases, excluded, expanded, interpreters, leftOut, sysroot} = gathering;
	for (const [name, reason] of excluded) {
		collector.report({code: 'PACKAGE_LEFT_OUT', path: name, message: reason});
	}

	for (const [asked, by] of leftOut) {
		if (!expanded.has(asked)) {
			const [path, requester] = [packageId(asked), packageId(by)];
			const message = `is for building, and ${requester} asks for it; it travels as a target, too`;
			collector.report({code: 'DEVELOPMENT_LEFT_OUT', path, message});
		}
	}

	const entries = withOwners([...collector.entries.values()], databases);
	reportStrangers(gathering);
	findLeftCalls(gathering, entries).forEach(finding => collector.report(finding));
	findEditableInstalls(entries, sysroot).forEach(finding => collector.report(finding));
	findLeftNeighbours(entries, sysroot).forEach(finding => collector.report(finding));
	findLeftModules(gathering, entries).forEach(finding => collector.report(finding));
	findLeftHelpers(gathering, entries).forEach(finding => collector.report(finding));
	findLeftSuspects(gathering).forEach(finding => collector.report(finding));
	const owners = new Set(entries.flatMap(entry => entry.package ?? []));
	return {
		name: ownName,
		entries: entries.sort((a, b) => comparePaths(a.path, b.path)),
		programs: distinctPrograms(programs, sysroot)
			.map(({name, path, isImplied}) => ({
				...{name, path, isImplied},
				file: sysroot.realPath(path) ?? path,
			}))
			.filter(({file, isImplied}) => isImplied !== true || collector.entries.has(file))
			.map(({name, path, file}) => ({name, path, file})),
		libraries: targets.flatMap(target =>
			target.kind === 'object' ? [sysroot.realPath(target.path) ?? target.path] : [],
		),
		interpreters: travellingInterpreters(interpreters, collector.entries, sysroot),
		userBases: gathering.distributions.userBases,
		broughtBy: new Map([...owners].map(owner => [packageId(owner), bringersOf(owner, expanded)])),
		packages: [...owners].sort((a, b) => comparePaths(packageId(a), packageId(b))),
		findings: collector.findings.filter(
			({code, path}) => code !== PRIVATE_LEFT_OUT || !isCarried(path, gathering),
		),
	};
}

/** One may need another for its library, and that one it as a whole: each is told once. */
function bringersOf(owner: InstalledPackage, expanded: Gathering['expanded']): Bringer[] {
	const bringers: Bringer[] = [];
	const told = new Set([owner]);
	let origin = expanded.get(owner);
	while (origin?.neededBy !== undefined && !told.has(origin.neededBy)) {
		const how = origin.isRecommended ? 'recommended' : 'needed';
		bringers.push({package: packageId(origin.neededBy), how});
		told.add(origin.neededBy);
		origin = expanded.get(origin.neededBy);
	}

	return bringers;
}

function isCarried(path: string, {collector, sysroot}: Gathering): boolean {
	const real = sysroot.realPath(sysrootPath(path));
	return real !== undefined && collector.entries.has(real);
}

/** What was asked for comes first, and of what was not the first of its name. */
function distinctPrograms(programs: readonly NamedProgram[], sysroot: Sysroot): NamedProgram[] {
	const fileOf = ({path}: NamedProgram): SysrootPath => sysroot.realPath(path) ?? path;
	const byName = new Map<string, NamedProgram>();
	const isAsked = ({isImplied}: NamedProgram): boolean => isImplied !== true;
	for (const program of programs.filter(isAsked)) {
		const other = byName.get(program.name) ?? program;
		if (fileOf(other) !== fileOf(program)) {
			throw new DynpkError('PATH_CLASH', `two programs are named ${program.name}`, {
				details: [other.path, program.path],
				hint: 'pack them into two bundles',
			});
		}

		byName.set(program.name, other);
	}

	for (const program of programs.filter(candidate => !isAsked(candidate))) {
		if (!byName.has(program.name)) {
			byName.set(program.name, program);
		}
	}

	return [...byName.values()];
}

function travellingInterpreters(
	interpreters: Gathering['interpreters'],
	entries: ReadonlyMap<SysrootPath, PayloadEntry>,
	sysroot: Sysroot,
): Map<SysrootPath, SysrootPath> {
	const travelling = new Map<SysrootPath, SysrootPath>();
	for (const [script, interpreter] of interpreters) {
		const file = interpreter === undefined ? undefined : sysroot.realPath(interpreter);
		if (interpreter !== undefined && file !== undefined && entries.has(file)) {
			const directory = sysroot.realPath(parentOf(interpreter)) ?? parentOf(interpreter);
			travelling.set(script, sysrootPath(posix.join(directory, posix.basename(interpreter))));
		}
	}

	return travelling;
}

/** Ask once for the owners of everything that came without one. */
function withOwners(
	entries: readonly PayloadEntry[],
	databases: readonly PackageDatabase[],
): PayloadEntry[] {
	const orphans = entries.filter(entry => entry.package === undefined).map(entry => entry.path);
	const owners = new Map(databases.flatMap(database => [...database.owners(orphans)]));
	return entries.map(entry => {
		const owner = owners.get(entry.path);
		return entry.package === undefined && owner !== undefined ? {...entry, package: owner} : entry;
	});
}
