/**
 * Add the distributions of Python that the user's scripts start (`~/.local/bin/tool`), and those that these
 * need: files by their RECORD, needs by their METADATA, nothing by running anything.
 *
 * One that a package owns is the package's matter, and one in an installation that travels is in already.
 * What a script needs and is not installed for its Python is told.
 */
import {posix} from 'node:path';
import {lookUpOwners} from '../installed/look-up-owners.js';
import {isWithin, parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {Gathering} from './gathering.js';
import {expandDirectories, moduleLanguages, seesSystemModules} from './module-directories.js';
import type {PayloadEntry} from './payload.js';
import {privateInTree} from './private-files.js';
import {
	distributionsIn,
	filesOf,
	metadataOf,
	ownerOfScript,
	requirementsOf,
	type Distribution,
} from './python-distributions.js';
import {holds} from './python-requirements.js';

/** A script, or an environment, with the distributions that it begins with. */
interface Start {
	readonly path: SysrootPath;
	readonly isScript: boolean;
	readonly roots: readonly Distribution[];
	/** Of all that its Python finds, by name. */
	readonly installed: ReadonlyMap<string, Distribution>;
	/** Such as `3.11`. */
	readonly version: string;
}

export function addDistributions(gathering: Gathering): void {
	const {request, prefixes} = gathering;
	if (request.scope !== 'closure') {
		freshScripts(gathering)
			.flatMap(script => startOf(script, gathering) ?? [])
			.forEach(start => addAllOf(start, gathering));
		[...prefixes]
			.flatMap(prefix => startsOfEnvironment(prefix, gathering))
			.forEach(start => addAllOf(start, gathering));
	}
}

/** Scripts of the user's own in a directory of programs, each once. */
function freshScripts({collector, databases, distributions, sysroot}: Gathering): SysrootPath[] {
	const paths = [...collector.entries.values()]
		.filter(entry => isCandidate(entry) && !distributions.begun.has(entry.path))
		.map(({path}) => path);
	paths.forEach(path => distributions.begun.add(path));
	const ownerOf = lookUpOwners(paths, sysroot, databases);
	return paths.filter(path => ownerOf(path) === undefined);
}

function isCandidate(entry: PayloadEntry): boolean {
	return (
		entry.kind === 'file' &&
		entry.content.kind === 'script' &&
		entry.package === undefined &&
		posix.basename(parentOf(entry.path)) === 'bin'
	);
}

/** `undefined` of a script that no distribution installed, or of one in an installation that has all of its modules. */
function startOf(path: SysrootPath, gathering: Gathering): Start | undefined {
	const {distributions, interpreters, prefixes, sysroot} = gathering;
	const prefix = parentOf(parentOf(path));
	if (prefixes.has(prefix)) {
		return undefined;
	}

	const interpreter = interpreters.get(path);
	const python = interpreter && (sysroot.realPath(interpreter) ?? interpreter);
	const known = /\/(?:python|pypy)(?<version>3\.\d+)$/u.exec(python ?? '')?.groups?.version;
	for (const site of sitesBelow(prefix, known ?? '3.*', sysroot)) {
		const owner = ownerOfScript(path, distributionsIn(site, sysroot).values(), sysroot);
		const version = known ?? versionOf(site);
		if (owner !== undefined && version !== undefined) {
			const sites = [
				...sitesBelow(prefix, version, sysroot),
				...sitesOfUser(version, gathering),
				...sitesOfPython(python, version, gathering),
			];
			const installed = installedIn(sites, sysroot);
			distributions.known.add(path);
			return {path, isScript: true, roots: [owner], installed, version};
		}
	}

	return undefined;
}

/**
 * What distributions of an environment need of the modules that it sees besides its own. Those of a user are of
 * no use to it where another user starts it.
 */
function startsOfEnvironment(prefix: SysrootPath, gathering: Gathering): Start[] {
	const {distributions, sysroot} = gathering;
	const path = sysrootPath(posix.join(prefix, 'pyvenv.cfg'));
	if (distributions.begun.has(path) || !seesSystemModules(path, sysroot)) {
		return [];
	}

	distributions.begun.add(path);
	const python = sysroot.realPath(sysrootPath(posix.join(prefix, 'bin/python3')));
	return sitesBelow(prefix, '3.*', sysroot).flatMap(site => {
		const version = versionOf(site);
		const roots = [...distributionsIn(site, sysroot).values()];
		if (version === undefined || roots.length === 0) {
			return [];
		}

		const installed = installedIn([site, ...sitesOfPython(python, version, gathering)], sysroot);
		return [{path, isScript: false, roots, installed, version}];
	});
}

function sitesBelow(prefix: SysrootPath, version: string, sysroot: Sysroot): SysrootPath[] {
	return ['lib', 'lib64']
		.map(name => `${prefix}/${name}/python${version}/{site,dist}-packages`)
		.flatMap(pattern => expandDirectories(pattern, undefined, sysroot));
}

function versionOf(site: SysrootPath): string | undefined {
	return /\/python(?<version>3\.\d+)\/[^/]+$/u.exec(site)?.groups?.version;
}

function sitesOfUser(version: string, gathering: Gathering): SysrootPath[] {
	return sitesOfRows(pattern => pattern.startsWith('~'), version, gathering);
}

/** That of the machine looks in more places than its prefix. */
function sitesOfPython(
	python: SysrootPath | undefined,
	version: string,
	gathering: Gathering,
): SysrootPath[] {
	return python === undefined || python.startsWith('/usr/')
		? sitesOfRows(pattern => !pattern.startsWith('~'), version, gathering)
		: sitesBelow(parentOf(parentOf(python)), version, gathering.sysroot);
}

function sitesOfRows(
	isMeant: (pattern: string) => boolean,
	version: string,
	{request, sysroot}: Gathering,
): SysrootPath[] {
	return moduleLanguages
		.filter(({language}) => language === 'Python')
		.flatMap(({directories}) => directories.filter(isMeant))
		.map(pattern => pattern.replaceAll('<version>', version))
		.flatMap(pattern => expandDirectories(pattern, request.environment.HOME, sysroot));
}

/** What is found first, is imported. */
function installedIn(
	sites: readonly SysrootPath[],
	sysroot: Sysroot,
): ReadonlyMap<string, Distribution> {
	return new Map(sites.toReversed().flatMap(site => [...distributionsIn(site, sysroot).entries()]));
}

/** A distribution, as it is or with one of its extras. */
interface Wanted {
	readonly distribution: Distribution;
	readonly extra: string | undefined;
}

function addAllOf(start: Start, gathering: Gathering): void {
	const {collector, sysroot} = gathering;
	const {path, isScript, installed, version} = start;
	const missing = new Set<string>();
	const seen = new Set<string>();
	// Queue and list at once: `for…of` visits what is appended.
	const wanted: Wanted[] = start.roots.map(distribution => ({distribution, extra: undefined}));
	for (const {distribution, extra} of wanted) {
		const key = `${distribution.info}[${extra ?? ''}]`;
		if (seen.has(key)) {
			continue;
		}

		seen.add(key);
		if (!addDistribution(distribution, start, gathering)) {
			continue;
		}

		for (const requirement of requirementsOf(distribution, sysroot)) {
			const truth = holds(requirement, {version, extra});
			const needed = truth === false ? undefined : installed.get(requirement.name);
			if (needed !== undefined) {
				wanted.push(
					...[undefined, ...requirement.extras].map(of => ({distribution: needed, extra: of})),
				);
			} else if (truth === true) {
				missing.add(requirement.name);
			}
		}
	}

	if (isScript && missing.size > 0) {
		const names = [...missing].join(', ');
		const message = `needs ${names}, which its Python does not have here`;
		collector.report({code: 'DISTRIBUTION_MISSING', path, message});
	}
}

/** Returns whether what it needs is its own matter: a package knows better. */
function addDistribution(
	distribution: Distribution,
	{path, isScript}: Start,
	gathering: Gathering,
): boolean {
	const {databases, distributions, prefixes, request, roots, sysroot} = gathering;
	const {info, site} = distribution;
	const base = userBase(request.environment.HOME, sysroot);
	if (isScript && base !== undefined && isWithin(site, base)) {
		distributions.userBases.set(path, base);
	}

	const known = distributions.taken.get(info);
	if (known !== undefined) {
		return known;
	}

	const metadata = metadataOf(distribution, sysroot);
	const owner = lookUpOwners([metadata], sysroot, databases)(metadata);
	distributions.taken.set(info, owner === undefined);
	if (owner !== undefined) {
		roots.add(owner);
	} else if (![...prefixes].some(prefix => isWithin(info, prefix))) {
		addFiles(distribution, path, gathering);
	}

	return owner === undefined;
}

function userBase(home: string | undefined, sysroot: Sysroot): SysrootPath | undefined {
	return home?.startsWith('/') === true
		? sysroot.realPath(sysrootPath(posix.join(home, '.local')))
		: undefined;
}

function addFiles(
	distribution: Distribution,
	of: SysrootPath,
	{collector, sysroot}: Gathering,
): void {
	const {name, info} = distribution;
	const recorded = filesOf(distribution, sysroot);
	for (const path of recorded?.files ?? []) {
		const finding = privateInTree(path, sysroot);
		if (finding === undefined) {
			collector.add(path, {kind: 'distribution', distribution: name, of});
		} else if (!collector.excludes(path)) {
			collector.report(finding);
		}
	}

	const why =
		recorded === undefined
			? 'stays behind: it has no RECORD that tells its files'
			: recorded.climbing === undefined
				? undefined
				: `lists ${recorded.climbing}, which is not in its installation and stays behind`;
	if (why !== undefined) {
		collector.report({code: 'DISTRIBUTION_LEFT_OUT', path: info, message: why});
	}
}
