/**
 * From a request to everything that has to travel, each piece with its reason.
 *
 * A program that an installed package owns brings that package and the packages it cannot do
 * without (scope `package`); any other brings itself (scope `closure`). Either way the shared
 * libraries come later, from the walk. Gathering goes round until nothing new turns up: a package
 * brings scripts, a script its interpreter, an interpreter its package.
 */
import {posix} from 'node:path';
import picomatch from 'picomatch';
import {DynpkError} from '../errors/dynpk-error.js';
import {comparePaths, sysrootPath, type SysrootPath} from '../paths/paths.js';
import {findAlternatives} from './alternatives.js';
import payloadRules from './data/payload-rules.json' with {type: 'json'};
import type {Exclusions} from './exclusions.js';
import {packageId, type InstalledPackage, type PackageDatabase} from './installed/package-database.js';
import {walkPackages, type PackageInClosure} from './installed/package-closure.js';
import {makeCollector, type Collector} from './payload-collector.js';
import type {PackedProgram, Payload, PayloadEntry, PayloadFile} from './payload.js';
import type {Request} from './request.js';
import type {Sysroot} from './sysroot.js';
import {findOnPath, isProgram, resolveTarget, typedPath, type Target} from './target.js';

/** @throws {DynpkError} whatever {@link resolveTarget} throws; NO_ELF_FOUND, PATH_CLASH. */
export function gatherPayload(
	request: Request,
	sysroot: Sysroot,
	databases: readonly PackageDatabase[],
	exclusions: Exclusions,
): Payload {
	const targets = request.targets.map(text => resolveTarget(text, request, sysroot, databases));
	const gathering = {
		request,
		sysroot,
		databases,
		collector: makeCollector(sysroot, exclusions),
		roots: new Set<InstalledPackage>(),
		named: new Set<InstalledPackage>(),
		expanded: new Set<InstalledPackage>(),
		excluded: new Map<string, string>(),
		settled: new Set<SysrootPath>(),
	};
	const programs = targets.flatMap(target => addTarget(gathering, target));
	for (const text of request.with) {
		addExtra(gathering, typedPath(text, request));
	}

	for (const text of request.scan) {
		addScan(gathering, typedPath(text, request));
	}

	for (let before = -1; before !== gathering.collector.entries.size; ) {
		before = gathering.collector.entries.size;
		expandPackages(gathering);
		settleScripts(gathering);
		settleLinkedPrograms(gathering);
	}

	for (const {link, name} of findAlternatives(sysroot, gathering.collector.entries)) {
		if (!ruledOut(link, false)) {
			gathering.collector.add(link, {kind: 'alternative', name});
		}
	}

	return finish(gathering, targets, programs);
}

interface Gathering {
	readonly request: Request;
	readonly sysroot: Sysroot;
	readonly databases: readonly PackageDatabase[];
	readonly collector: Collector;
	/** Packages asked for, directly or as owners of programs. */
	readonly roots: Set<InstalledPackage>;
	/** Packages the user named: nothing of theirs is filtered as not needed at run time. */
	readonly named: Set<InstalledPackage>;
	/** Packages whose files are in. */
	readonly expanded: Set<InstalledPackage>;
	readonly excluded: Map<string, string>;
	/** Scripts and links that have been looked into. */
	readonly settled: Set<SysrootPath>;
}

function addTarget(gathering: Gathering, target: Target): PackedProgram[] {
	const {collector, sysroot, request} = gathering;
	switch (target.kind) {
		case 'package':
			gathering.roots.add(target.package);
			gathering.named.add(target.package);
			return packagePrograms(gathering, target.package);
		case 'directory':
			collector.addTree(target.path, {kind: 'target'});
			return directoryPrograms(gathering, target.path);
		case 'object':
			collector.add(target.path, {kind: 'target'});
			addOwningPackages(gathering, target.path);
			return [];
		case 'program':
		case 'script':
			collector.add(target.path, {kind: 'target'});
			if (collector.entries.size === 0) {
				throw new DynpkError('USAGE', `--exclude leaves out the target ${target.path} itself`);
			}

			if (request.scope !== 'closure') {
				addOwningPackages(gathering, target.path);
			} else if (target.kind === 'script') {
				sysroot.realPath(target.path);
			}

			return [{name: target.name, path: target.path}];
	}
}

/**
 * The packages of a program: the owner of each link and of the file it leads to, and the package
 * of the program's own name where that one needs an owner (`python3` for python3-minimal's
 * `/usr/bin/python3`): who asks for `perl` does not want perl-base.
 */
function addOwningPackages(gathering: Gathering, path: SysrootPath): void {
	const {databases, sysroot, roots, request} = gathering;
	if (request.scope === 'closure') {
		return;
	}

	const chain = linkChain(sysroot, path);
	for (const database of databases) {
		const owners = new Set(database.owners(chain).values());
		for (const name of new Set(chain.map(link => posix.basename(link)))) {
			const namesake = database.find(name);
			if (namesake === undefined || owners.has(namesake)) {
				continue;
			}

			const reached = walkPackages(database, [namesake]).packages;
			if (namesake.name === name && reached.some(({package: owner}) => owners.has(owner))) {
				roots.add(namesake);
			}
		}

		for (const owner of owners) {
			roots.add(owner);
		}
	}
}

/** The path, every link it leads through, and the file at the end, links of directories resolved. */
function linkChain(sysroot: Sysroot, path: SysrootPath): SysrootPath[] {
	const chain = [path];
	for (let current = path; chain.length < 40; ) {
		const parent = sysroot.realPath(sysrootPath(posix.dirname(current)));
		const canonical = sysrootPath(posix.join(parent ?? '/', posix.basename(current)));
		chain.push(canonical);
		const target = sysroot.linkTarget(canonical);
		if (target === undefined) {
			break;
		}

		current = sysrootPath(posix.resolve(posix.dirname(canonical), target));
		chain.push(current);
	}

	return [...new Set(chain)];
}

const programDirectories = ['/usr/bin', '/bin', '/usr/games', '/usr/sbin', '/sbin'];

function packagePrograms(gathering: Gathering, owner: InstalledPackage): PackedProgram[] {
	const database = gathering.databases.find(({manager}) => manager === owner.manager);
	const files = database?.files([owner]).get(owner) ?? [];
	return files
		.filter(path => programDirectories.includes(posix.dirname(path)))
		.filter(path => isExecutableFile(gathering.sysroot, path))
		.map(path => ({name: posix.basename(path), path}));
}

function directoryPrograms(gathering: Gathering, directory: SysrootPath): PackedProgram[] {
	const {sysroot} = gathering;
	const bin = sysrootPath(posix.join(directory, 'bin'));
	const holder = sysroot.list(bin) === undefined ? directory : bin;
	return (sysroot.list(holder) ?? [])
		.map(name => ({name, path: sysrootPath(posix.join(holder, name))}))
		.filter(({path}) => isExecutableFile(sysroot, path))
		.filter(({path}) => startsSomething(gathering, path));
}

/** A program rather than a library with an executable bit. */
function startsSomething({sysroot, collector}: Gathering, path: SysrootPath): boolean {
	const entry = collector.entries.get(sysroot.realPath(path) ?? path);
	return (
		entry?.kind === 'file' &&
		(entry.content.kind === 'script' ||
			(entry.content.kind === 'elf' && isProgram(entry.content.object)))
	);
}

function isExecutableFile(sysroot: Sysroot, path: SysrootPath): boolean {
	const real = sysroot.realPath(path);
	const status = real === undefined ? undefined : sysroot.status(real);
	return status?.kind === 'file' && (status.mode & 0o111) !== 0 && (status.mode & 0o6000) === 0;
}

function addExtra({collector, sysroot}: Gathering, path: SysrootPath): void {
	if (sysroot.status(path) === undefined) {
		throw new DynpkError('TARGET_NOT_FOUND', `--with ${path}: there is no such file`);
	}

	collector.add(path, {kind: 'with'});
	collector.addTree(sysroot.realPath(path) ?? path, {kind: 'with'});
}

function addScan({collector, sysroot}: Gathering, directory: SysrootPath): void {
	if (sysroot.list(directory) === undefined) {
		throw new DynpkError('TARGET_NOT_FOUND', `--scan ${directory}: there is no such directory`);
	}

	const pending = [directory];
	for (const current of pending) {
		for (const name of sysroot.list(current) ?? []) {
			const path = sysrootPath(posix.join(current, name));
			const kind = sysroot.status(path)?.kind;
			if (kind === 'directory') {
				pending.push(path);
			} else if (kind === 'file' && sysroot.elf(path).status === 'elf') {
				collector.add(path, {kind: 'scan', directory});
			}
		}
	}
}

function expandPackages(gathering: Gathering): void {
	for (const database of gathering.databases) {
		const roots = [...gathering.roots].filter(({manager}) => manager === database.manager);
		const closure = walkPackages(database, roots);
		const fresh = closure.packages.filter(found => !gathering.expanded.has(found.package));
		const lists = database.files(fresh.map(found => found.package));
		for (const found of fresh) {
			gathering.expanded.add(found.package);
			addPackageFiles(gathering, found, lists.get(found.package) ?? []);
		}

		for (const {name, reason} of closure.excluded) {
			gathering.excluded.set(name, reason);
		}
	}
}

function addPackageFiles(
	{collector, sysroot, named}: Gathering,
	found: PackageInClosure,
	paths: readonly SysrootPath[],
): void {
	const owner = found.package;
	const reason = {
		kind: 'package' as const,
		package: packageId(owner),
		neededBy: found.neededBy === undefined ? undefined : packageId(found.neededBy),
	};
	for (const path of paths) {
		if (ruledOut(path, named.has(owner))) {
			continue;
		}

		// Directories come with what lies in them; only an empty one has to be carried for itself.
		const isDirectory = sysroot.status(path)?.kind === 'directory';
		if (!isDirectory || sysroot.list(path)?.length === 0) {
			collector.add(path, reason, owner);
		}
	}
}

const rules = payloadRules.map(rule => ({
	matches: picomatch(rule.pattern, {dot: true}),
	unlessNamed: 'unlessNamed' in rule,
}));

/** Whether the data file leaves this path of a package out. */
function ruledOut(path: SysrootPath, packageIsNamed: boolean): boolean {
	const merged = path.replace(/^\/(?=(?:bin|sbin|lib\w*)\/)/u, '/usr/');
	return rules.some(
		rule => !(rule.unlessNamed && packageIsNamed) && (rule.matches(path) || rule.matches(merged)),
	);
}

/** Bring in what each executable script is started by. */
function settleScripts(gathering: Gathering): void {
	const {collector, settled} = gathering;
	for (const entry of [...collector.entries.values()]) {
		if (entry.kind !== 'file' || entry.content.kind !== 'script' || settled.has(entry.path)) {
			continue;
		}

		settled.add(entry.path);
		const interpreter = interpreterPath(gathering, entry);
		if (interpreter !== undefined) {
			collector.add(interpreter, {kind: 'interpreter', of: entry.path});
			addOwningPackages(gathering, interpreter);
		}
	}
}

function interpreterPath(gathering: Gathering, script: PayloadFile): SysrootPath | undefined {
	const {collector, sysroot, request} = gathering;
	if (script.content.kind !== 'script') {
		return undefined;
	}

	const interpreter = resolveInterpreter(script, request, sysroot);
	if (interpreter === undefined) {
		const {shebang} = script.content;
		const wanted = shebang.unsupported ?? shebang.envProgram ?? shebang.interpreter;
		const message = `its interpreter (${wanted}) is not here to be packed`;
		if (script.reason.kind === 'target') {
			throw new DynpkError('TARGET_NOT_FOUND', `${script.path}: ${message}`);
		}

		collector.report({code: 'SCRIPT_NOT_STARTED_HERE', path: script.path, message});
	}

	return interpreter;
}

/** The program a script's first line means, as a path inside the sysroot; links kept. */
export function resolveInterpreter(
	script: PayloadFile,
	request: Request,
	sysroot: Sysroot,
): SysrootPath | undefined {
	if (script.content.kind !== 'script') {
		return undefined;
	}

	const {shebang} = script.content;
	if (shebang.unsupported !== undefined) {
		return undefined;
	}

	const wanted = shebang.envProgram ?? shebang.interpreter;
	if (!wanted.includes('/')) {
		return findOnPath(wanted, request, sysroot);
	}

	const path = wanted.startsWith('/') ? sysrootPath(wanted) : undefined;
	return path !== undefined && sysroot.realPath(path) !== undefined ? path : undefined;
}

/** A link of the user's tree may lead to a program of the system (`venv/bin/python3`). */
function settleLinkedPrograms(gathering: Gathering): void {
	const {collector, settled} = gathering;
	for (const entry of [...collector.entries.values()]) {
		if (entry.kind !== 'file' || entry.reason.kind !== 'link' || settled.has(entry.path)) {
			continue;
		}

		settled.add(entry.path);
		const from = collector.entries.get(entry.reason.from);
		const users = from?.reason.kind === 'target' || from?.reason.kind === 'with';
		if (users && entry.content.kind === 'elf' && isProgram(entry.content.object)) {
			addOwningPackages(gathering, entry.path);
		}
	}
}

function finish(
	gathering: Gathering,
	targets: readonly Target[],
	programs: readonly PackedProgram[],
): Payload {
	const {collector, databases} = gathering;
	const hasElf = [...collector.entries.values()].some(
		entry => entry.kind === 'file' && entry.content.kind === 'elf',
	);
	if (!hasElf) {
		const names = targets.map(target => ('path' in target ? target.path : target.name));
		throw new DynpkError('NO_ELF_FOUND', `no ELF file in ${names.join(', ')}`, {
			hint: 'data files travel beside a program, with --with',
		});
	}

	assertDistinctNames(programs);
	for (const [name, reason] of gathering.excluded) {
		collector.report({code: 'PACKAGE_LEFT_OUT', path: name, message: reason});
	}

	const entries = withOwners([...collector.entries.values()], databases);
	const owners = new Set(entries.flatMap(entry => entry.package ?? []));
	return {
		entries: entries.sort((a, b) => comparePaths(a.path, b.path)),
		programs: distinct(programs),
		packages: [...owners].sort((a, b) => comparePaths(packageId(a), packageId(b))),
		findings: collector.findings,
	};
}

function distinct(programs: readonly PackedProgram[]): PackedProgram[] {
	return [...new Map(programs.map(program => [program.name, program])).values()];
}

function assertDistinctNames(programs: readonly PackedProgram[]): void {
	const byName = new Map<string, PackedProgram>();
	for (const program of programs) {
		const other = byName.get(program.name);
		if (other !== undefined && other.path !== program.path) {
			throw new DynpkError('PATH_CLASH', `two programs named ${program.name}`, {
				details: [other.path, program.path],
				hint: 'pack them into two bundles',
			});
		}

		byName.set(program.name, program);
	}
}

/** Ask once for the owners of everything that came without one. */
function withOwners(
	entries: readonly PayloadEntry[],
	databases: readonly PackageDatabase[],
): PayloadEntry[] {
	const orphans = entries.filter(entry => entry.package === undefined).map(entry => entry.path);
	const owners = new Map(databases.flatMap(database => [...database.owners(orphans)]));
	return entries.map(entry =>
		entry.package === undefined ? {...entry, package: owners.get(entry.path)} : entry,
	);
}
