/**
 * Add the base tools that shell scripts of the payload call by name, and remember what else they call.
 *
 * A script of a package that is on every system and that nobody asked for is not looked into: what
 * comes with a shell would bring half of the base system.
 */
import {posix} from 'node:path';
import {lookUpOwners} from '../installed/look-up-owners.js';
import type {InstalledPackage} from '../installed/package-database.js';
import type {SysrootPath} from '../paths/paths.js';
import {userDirectories} from '../paths/program-directories.js';
import {travelOf} from './called-programs.js';
import type {Gathering} from './gathering.js';
import {searchedBy} from './interpreter.js';
import type {PayloadEntry, PayloadFinding} from './payload.js';
import {behindRedirector} from './redirectors.js';
import {findShellCommands} from './shell-commands.js';
import {findOnPath} from './target.js';

interface Call {
	readonly path: SysrootPath;
	readonly script: PayloadEntry;
}

const SCRIPT_LIMIT = 1 << 20;
const shells = /\/(?:sh|ash|bash|dash|ksh|ksh93|mksh|zsh)$/u;

export function addCalledPrograms(gathering: Gathering): void {
	const {collector, sysroot, databases, called} = gathering;
	const calls = [...collector.entries.values()].flatMap(entry => {
		if (called.scripts.has(entry.path) || !isShellScript(entry)) {
			return [];
		}

		called.scripts.add(entry.path);
		return isOfBase(entry, gathering) ? [] : callsOf(entry, gathering);
	});
	const ownerOf = lookUpOwners(
		calls.map(({path}) => path),
		sysroot,
		databases,
	);
	for (const call of calls) {
		addCall(gathering, call, ownerOf(call.path));
	}
}

/**
 * Programs that scripts call and that are here, but not in the payload. What scripts of packages call
 * and their packages do not declare to need is no news; what the user's own call is.
 */
export function findLeftCalls(
	{called, collector, sysroot}: Gathering,
	entries: readonly PayloadEntry[],
): PayloadFinding[] {
	const owned = new Set(entries.flatMap(entry => (entry.package === undefined ? [] : entry.path)));
	return [...called.others].flatMap(([path, script]) => {
		if (collector.entries.has(sysroot.realPath(path) ?? path)) {
			return [];
		}

		const code = owned.has(script.path) ? 'CALLED_BY_PACKAGE_LEFT_OUT' : 'CALLED_LEFT_OUT';
		return [{code, path: script.path, message: `calls ${posix.basename(path)} (${path})`}];
	});
}

function isShellScript(entry: PayloadEntry): boolean {
	if (entry.kind !== 'file' || entry.content.kind !== 'script') {
		return false;
	}

	const {interpreter, envProgram} = entry.content.shebang;
	return shells.test(`/${envProgram ?? interpreter}`);
}

function isOfBase({reason, package: owner}: PayloadEntry, {targeted}: Gathering): boolean {
	return reason.kind !== 'called' && owner !== undefined && owner.essential && !targeted.has(owner);
}

/** Whatever is called and is here, whoever owns it. */
function callsOf(script: PayloadEntry, {request, sysroot}: Gathering): Call[] {
	const text = sysroot.read(script.path, SCRIPT_LIMIT)?.toString('utf8') ?? '';
	const ofOthers = script.package === undefined ? searchedBy(script) : userDirectories;
	return [...findShellCommands(text)].flatMap(name => {
		const path = name.startsWith('/')
			? findOnPath(posix.basename(name), [posix.dirname(name)], sysroot)
			: findOnPath(name, ofOthers ?? request.searchPath, sysroot);
		return path === undefined ? [] : [{path: behindRedirector(path, request, sysroot), script}];
	});
}

function addCall(gathering: Gathering, call: Call, owner: InstalledPackage | undefined): void {
	const {request, collector, sysroot, called, roots} = gathering;
	const {path, script} = call;
	const real = sysroot.realPath(path) ?? path;
	const travel = owner === undefined || isHostTool(real, gathering) ? 'never' : travelOf(owner);
	if (request.scope !== 'closure' && travel === 'whole' && owner !== undefined) {
		roots.add(owner);
	} else if (request.scope !== 'closure' && travel === 'alone') {
		if (!collector.entries.has(real)) {
			collector.addProgram(path, {kind: 'called', by: script.path});
		}
	} else if (owner?.essential !== true && !called.others.has(path)) {
		// What every system has is left to the host without a word.
		called.others.set(path, script);
	}
}

/** Set-id, or in a directory of the administrator's. */
function isHostTool(real: SysrootPath, {sysroot}: Gathering): boolean {
	const mode = sysroot.status(real)?.mode ?? 0;
	return (mode & 0o6000) !== 0 || posix.basename(posix.dirname(real)) === 'sbin';
}
