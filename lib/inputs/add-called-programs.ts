/**
 * Add the base tools that shell scripts of the payload call by name, and remember what else they call.
 *
 * A script of a package that is on every system and that nobody asked for is not looked into: what
 * comes with a shell would bring half of the base system.
 */
import {posix} from 'node:path';
import {lookUpOwners} from '../installed/look-up-owners.js';
import {packageId, type InstalledPackage} from '../installed/package-database.js';
import type {SysrootPath} from '../paths/paths.js';
import {userDirectories} from '../paths/program-directories.js';
import {addBelongings} from './belongings.js';
import {travelOf} from './called-programs.js';
import type {Gathering} from './gathering.js';
import {searchedBy} from './interpreter.js';
import {findLiteralCommands} from './literal-commands.js';
import type {PayloadEntry, PayloadFile, PayloadFinding} from './payload.js';
import {behindRedirector} from './redirectors.js';
import type {Shebang} from './shebang.js';
import {findShellCommands} from './shell-commands.js';
import {isNamed} from './spare-members.js';
import {findOnPath} from './target.js';

interface Call {
	readonly path: SysrootPath;
	readonly script: PayloadEntry;
	/** Whether the script becomes this program, for which it only prepares. */
	readonly isEnd: boolean;
}

const SCRIPT_LIMIT = 1 << 20;
const shells = /\/(?:sh|ash|bash|dash|ksh|ksh93|mksh|zsh)$/u;

export function addCalledPrograms(gathering: Gathering): void {
	const {collector, sysroot, databases, called} = gathering;
	const calls = [...collector.entries.values()].flatMap(entry => {
		if (called.scripts.has(entry.path) || entry.kind !== 'file' || !isRead(entry)) {
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
	return [...called.others].flatMap(([path, {script, owner}]) => {
		if (collector.entries.has(sysroot.realPath(path) ?? path)) {
			return [];
		}

		const code = owned.has(script.path) ? 'CALLED_BY_PACKAGE_LEFT_OUT' : 'CALLED_LEFT_OUT';
		const of = owner === undefined ? '' : `, ${packageId(owner)}`;
		return [{code, path: script.path, message: `calls ${posix.basename(path)} (${path}${of})`}];
	});
}

/**
 * A shell script, or the user's own in a language whose calls are read; those of an installation are not.
 * What scripts source or import has no first line: where the user names it, its ending tells.
 */
function isRead({path, content, package: owner, reason}: PayloadFile): boolean {
	const isOwn = owner === undefined && reason.kind !== 'prefix';
	return content.kind === 'script'
		? isOwn || isShellScript(content.shebang)
		: content.kind === 'data' &&
				isOwn &&
				isNamed(reason) &&
				interpreterByEnding(path) !== undefined;
}

const endings: readonly (readonly [RegExp, interpreter: string])[] = [
	[/\.(?:sh|bash|ksh|zsh)$/u, 'sh'],
	[/\.py$/u, 'python3'],
	[/\.p[lm]$/u, 'perl'],
	[/\.rb$/u, 'ruby'],
	[/\.[cm]?js$/u, 'node'],
	[/\.[Rr]$/u, 'Rscript'],
	[/\.lua$/u, 'lua'],
	[/\.tcl$/u, 'tclsh'],
];

function interpreterByEnding(path: SysrootPath): string | undefined {
	return endings.find(([ending]) => ending.test(path))?.[1];
}

function isShellScript({interpreter, envProgram}: Shebang): boolean {
	return shells.test(`/${envProgram ?? interpreter}`);
}

function commandsOf({path, content}: PayloadFile, text: string): Iterable<string> {
	const interpreter =
		content.kind === 'script'
			? (content.shebang.envProgram ?? content.shebang.interpreter)
			: (interpreterByEnding(path) ?? '');
	return shells.test(`/${interpreter}`)
		? findShellCommands(text)
		: findLiteralCommands(text, posix.basename(interpreter));
}

function isOfBase({reason, package: owner}: PayloadEntry, {targeted}: Gathering): boolean {
	return reason.kind !== 'called' && owner !== undefined && owner.essential && !targeted.has(owner);
}

/** Whatever is called and is here, whoever owns it. */
function callsOf(script: PayloadFile, {request, sysroot}: Gathering): Call[] {
	const ofOthers = script.package === undefined ? searchedBy(script) : userDirectories;
	const text = sysroot.read(script.path, SCRIPT_LIMIT)?.toString('utf8') ?? '';
	const ends = new Set([...text.matchAll(ENDING)].map(([, program]) => program));
	return [...commandsOf(script, text)].flatMap(name => {
		const path = name.startsWith('/')
			? findOnPath(posix.basename(name), [posix.dirname(name)], sysroot)
			: findOnPath(name, ofOthers ?? request.searchPath, sysroot);
		return path === undefined
			? []
			: [{path: behindRedirector(path, request, sysroot), script, isEnd: ends.has(name)}];
	});
}

/** `exec -a "$0" "/opt/x/bin/y" "$@"`: a wrapper of one program, which gets all arguments. */
const ENDING =
	/^\s*exec\s+(?:-a\s+\S+\s+)?["']?(\/[^\s"'$]+)["']?\s(?:.*\s)?"\$(?:@|\{@\})"\s*$/gmu;

function addCall(gathering: Gathering, call: Call, owner: InstalledPackage | undefined): void {
	const {request, collector, sysroot, called, roots} = gathering;
	const {path, script} = call;
	const real = sysroot.realPath(path) ?? path;
	const travel = owner === undefined || isHostTool(call, gathering) ? 'never' : travelOf(owner);
	if (request.scope !== 'closure' && travel === 'whole' && owner !== undefined) {
		roots.add(owner);
	} else if (request.scope !== 'closure' && travel === 'alone') {
		if (!collector.entries.has(real)) {
			collector.addProgram(path, {kind: 'called', by: script.path});
		}
	} else if (owner?.essential === true) {
		// What every system has is left to the host without a word.
	} else if (isHostTool(call, gathering)) {
		// No option takes it.
	} else if (isTaken(call, gathering)) {
		takeCommand(gathering, call);
	} else if (!called.others.has(path)) {
		called.others.set(path, {script, owner});
	}
}

/** Asked for, or what a wrapper of the user's is there for. */
function isTaken({script, isEnd}: Call, {request}: Gathering): boolean {
	const isWrapper = isEnd && (isNamed(script.reason) || script.reason.kind === 'called');
	return (
		script.package === undefined && (request.commands || (isWrapper && request.scope !== 'closure'))
	);
}

/** As if it were a target, too. */
function takeCommand(gathering: Gathering, {path, script}: Call): void {
	if (gathering.collector.addProgram(path, {kind: 'called', by: script.path}) !== undefined) {
		addBelongings(gathering, path);
		gathering.called.taken.set(path, {name: posix.basename(path), path, isImplied: true});
	}
}

/** Set-id, or called in a directory of the administrator's; where links lead there (Debian's `dot`), it is anybody's. */
function isHostTool({path}: Call, {sysroot}: Gathering): boolean {
	const mode = sysroot.status(sysroot.realPath(path) ?? path)?.mode ?? 0;
	return (mode & 0o6000) !== 0 || posix.basename(posix.dirname(path)) === 'sbin';
}
