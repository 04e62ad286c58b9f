/**
 * From a request to everything that has to travel, each piece with its reason.
 *
 * A program that an installed package owns brings that package and the packages it cannot do
 * without; any other brings itself, and of the packages of its libraries what those hold for
 * themselves (docs/decisions/0005). Either way the shared libraries come later, from the walk. Gathering
 * goes round until nothing new turns up: a package brings scripts, a script its interpreter, an
 * interpreter its package.
 */
import {DynpkError} from '../errors/dynpk-error.js';
import {
	packageId,
	type InstalledPackage,
	type PackageDatabase,
} from '../installed/package-database.js';
import {belowUsr} from '../paths/merged-usr.js';
import type {SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {addCalledPrograms} from './add-called-programs.js';
import {addCompanions} from './add-companions.js';
import {addDistributions} from './add-distributions.js';
import {addPlugIns} from './add-plug-ins.js';
import {addNeededPaths} from './add-needed-paths.js';
import {addScan} from './add-scan.js';
import {addTrace} from './add-trace.js';
import {findAlternatives} from './alternatives.js';
import {addCondaPackages} from './add-conda-packages.js';
import {addAsPrefix, addLibraryPrefixes, addTargetBelongings} from './belongings.js';
import type {Exclusions} from './exclusions.js';
import {expandPackages} from './expand-packages.js';
import {finishPayload} from './finish-payload.js';
import type {GatherRequest} from './gather-request.js';
import type {Gathering} from './gathering.js';
import {directoryPrograms, packagePrograms} from './list-programs.js';
import type {NamedProgram, Payload} from './payload.js';
import {makeCollector} from './payload-collector.js';
import {makeCompanionFinder} from './payload-companions.js';
import {makeLibraryReach} from './reach-libraries.js';
import {refuseBundle} from './refuse-bundle.js';
import {settleLinkedPrograms, settleScripts} from './settle-programs.js';
import {addSuspected} from './suspects.js';
import {findOnPath, resolveTarget, typedPath, type Target} from './target.js';

/** @throws {DynpkError} whatever {@link resolveTarget} throws; NO_ELF_FOUND, PATH_CLASH. */
export function gatherPayload(
	request: GatherRequest,
	sysroot: Sysroot,
	databases: readonly PackageDatabase[],
	exclusions: Exclusions,
): Payload {
	const targets = request.targets.map(text =>
		namingPlace(request.listedAt.get(text), () => {
			const target = resolveTarget(text, request, sysroot, databases);
			refuseBundle(target, sysroot);
			return target;
		}),
	);
	const gathering: Gathering = {
		request,
		sysroot,
		databases,
		exclusions,
		collector: makeCollector(sysroot, exclusions, request.isVerbatim),
		roots: new Set(),
		targeted: new Set(),
		named: new Set(),
		expanded: new Map(),
		libraries: makeLibraryReach({
			...{sysroot, databases, exclusions},
			libraryPath: request.libraryPath,
		}),
		prefixes: new Set(),
		strangers: new Map(),
		held: new Map(),
		excluded: new Map(),
		leftOut: new Map(),
		interpreters: new Map(),
		settled: new Set(),
		companions: makeCompanionFinder(sysroot),
		called: {scripts: new Set(), others: new Map(), taken: new Map()},
		distributions: {
			...{begun: new Set(), known: new Set()},
			...{taken: new Map(), userBases: new Map()},
		},
		alternatives: findAlternatives(sysroot),
		compiledIn: new Map(),
	};
	targets.forEach(target => reportRedirection(gathering, target));
	const programs = targets.flatMap(target => addTarget(gathering, target));
	for (const text of request.with) {
		addExtra(gathering, typedPath(text, request));
	}

	for (const text of request.scan) {
		addScan(typedPath(text, request), gathering.collector, sysroot);
	}

	for (const evidence of request.traces) {
		addTrace(evidence, gathering.collector, sysroot);
	}

	settle(gathering);
	if (addPlugIns(gathering)) {
		settle(gathering);
	}

	while (request.suspected && addSuspected(gathering)) {
		settle(gathering);
	}

	assertElf(gathering, targets);
	const offered = [...programs, ...gathering.called.taken.values()];
	return finishPayload(gathering, {name: targets[0]?.name ?? '', programs: offered, targets});
}

/** Have a fault begin with the line of a list that it comes from. */
function namingPlace<T>(place: string | undefined, act: () => T): T {
	try {
		return act();
	} catch (error) {
		if (place === undefined || !(error instanceof DynpkError)) {
			throw error;
		}

		const {code, message, details, hint} = error;
		throw new DynpkError(code, `${place}: ${message}`, {
			...{details, cause: error},
			...(hint === undefined ? {} : {hint}),
		});
	}
}

/** Go round until nothing new turns up. */
function settle(gathering: Gathering): void {
	const known = (): number => gathering.collector.entries.size + gathering.roots.size;
	for (let before = -1; before !== known();) {
		before = known();
		reachLibraries(gathering);
		addLibraryPrefixes(gathering);
		expandPackages(gathering);
		settleScripts(gathering);
		addDistributions(gathering);
		addCalledPrograms(gathering);
		settleLinkedPrograms(gathering);
		addCompanions(gathering);
		addNeededPaths(gathering);
		addAlternatives(gathering);
	}
}

/** What no package owns belongs with the packages of the libraries that it loads. */
function reachLibraries({request, collector, libraries}: Gathering): void {
	if (request.scope !== 'closure') {
		libraries.extend(collector.entries.values());
	}
}

function addTarget(gathering: Gathering, target: Target): NamedProgram[] {
	const {collector, sysroot} = gathering;
	switch (target.kind) {
		case 'package': {
			if (gathering.exclusions.excludesPackage(target.package)) {
				throw excludedTarget(packageId(target.package));
			}

			gathering.roots.add(target.package);
			gathering.targeted.add(target.package);
			gathering.named.add(target.package);
			const programs = programsOf(target.package, gathering);
			return withNamesake(gathering, target.package.name, programs);
		}

		case 'conda':
			return addCondaPackages(gathering, target);
		case 'directory':
			if (!addAsPrefix(gathering, target.path)) {
				collector.addTree(target.path, {kind: 'target', below: target.path});
			}

			return directoryPrograms(target.path, sysroot, collector.entries);
		case 'object':
		case 'program':
		case 'script': {
			if (collector.addProgram(target.path, {kind: 'target'}) === undefined) {
				throw excludedTarget(target.path);
			}

			const {owners, prefix} = addTargetBelongings(gathering, target.path);
			owners.forEach(owner => gathering.targeted.add(owner));
			return target.kind === 'object'
				? []
				: [
						{name: target.name, path: target.path},
						...implied(owners.flatMap(owner => programsOf(owner, gathering))),
						...implied(
							prefix === undefined
								? []
								: directoryPrograms(prefix.path, sysroot, collector.entries),
						),
					];
		}
	}
}

function excludedTarget(target: string): DynpkError {
	return new DynpkError('USAGE', `--exclude leaves out the target ${target} itself`);
}

/**
 * The program of the package's own name comes first, even where a package it needs has the file:
 * Debian's `python3` package is all of Python but `/usr/bin/python3`.
 */
function withNamesake(
	{request, sysroot}: Gathering,
	name: string,
	programs: readonly NamedProgram[],
): NamedProgram[] {
	const path = findOnPath(name, request.searchPath, sysroot);
	const others = programs.filter(program => program.name !== name);
	return path === undefined ? [...programs] : [{name, path}, ...others];
}

/** A program that only chooses another is passed, and that is said. */
function reportRedirection({collector}: Gathering, target: Target): void {
	if ('redirection' in target) {
		const {from, to, why} = target.redirection;
		collector.report({
			code: 'REDIRECTED',
			path: from,
			message: `starts ${to} (${why}), which is packed`,
		});
	}
}

/** Who asks for `R` means to use `Rscript` too, and `R` may start it by the path it was started by. */
function implied(programs: readonly NamedProgram[]): NamedProgram[] {
	return programs.map(program => ({...program, isImplied: true}));
}

/** Those that the package lists, and the names that alternatives give them. */
function programsOf(
	owner: InstalledPackage,
	{sysroot, databases, alternatives}: Gathering,
): NamedProgram[] {
	const database = databases.find(({manager}) => manager === owner.manager);
	const files = database?.files([owner]).get(owner) ?? [];
	const real = new Set(files.map(belowUsr));
	const links = alternatives.filter(({leadsTo}) => real.has(belowUsr(leadsTo)));
	return packagePrograms([...files, ...links.map(({link}) => link)], sysroot);
}

function addExtra({collector, sysroot}: Gathering, path: SysrootPath): void {
	if (sysroot.status(path) === undefined) {
		throw new DynpkError('TARGET_NOT_FOUND', `--with ${path}: there is no such file`);
	}

	const real = sysroot.realPath(path) ?? path;
	if (sysroot.status(real)?.kind === 'directory') {
		collector.addTree(real, {kind: 'with', below: real});
	} else {
		collector.add(path, {kind: 'with'});
	}
}

/** A link may be what makes a script of the payload a program, which then needs its interpreter. */
function addAlternatives({collector, alternatives}: Gathering): void {
	const wanted = alternatives.filter(({leadsTo}) => collector.entries.has(leadsTo));
	for (const {link, name} of wanted) {
		collector.add(link, {kind: 'alternative', name});
	}
}

const DANGLING_SAID = 3;

function assertElf({collector}: Gathering, targets: readonly Target[]): void {
	for (const entry of collector.entries.values()) {
		if (entry.kind === 'file' && entry.content.kind === 'elf') {
			return;
		}
	}

	// Such as those of an environment whose Python is gone.
	const dangling = collector.findings.filter(({code}) => code === 'DANGLING_LINK');
	const names = targets.map(target => ('path' in target ? target.path : target.name));
	throw new DynpkError('NO_ELF_FOUND', `no ELF file in ${names.join(', ')}`, {
		details: dangling.slice(0, DANGLING_SAID).map(({path, message}) => `${path} ${message}`),
		hint: 'data files travel beside a program, with --with',
	});
}
