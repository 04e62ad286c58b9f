/**
 * From what a user types as TARGET to what it is: a program, a script, an object, a directory or
 * an installed package.
 */
import {posix} from 'node:path';
import {isProgram} from '../elf/is-program.js';
import {probeElf} from '../elf/probe-elf.js';
import {DynpkError} from '../errors/dynpk-error.js';
import {nearestNames} from '../errors/nearest-names.js';
import type {InstalledPackage, PackageDatabase} from '../installed/package-database.js';
import {sysrootPath, type HostPath, type SysrootPath} from '../paths/paths.js';
import type {ElfAnswer, Sysroot} from '../sysroot/sysroot.js';
import {condaTarget, type CondaTarget} from './conda-packages.js';
import type {LookUpPlace} from './gather-request.js';
import type {NamedProgram} from './payload.js';
import {followRedirector, shellFunctionHint, type Redirection} from './redirectors.js';
import {readShebang} from './shebang.js';

interface LocatedTarget {
	readonly kind: 'program' | 'script' | 'object' | 'directory';
	readonly name: string;
	readonly path: SysrootPath;
	/** What was named instead, where that only chooses this one. */
	readonly redirection?: Redirection;
}

export type Target =
	| LocatedTarget
	| CondaTarget
	| {readonly kind: 'package'; readonly name: string; readonly package: InstalledPackage};

/**
 * @throws {DynpkError} TARGET_NOT_FOUND, SETUID_PROGRAM, NOT_A_PROGRAM, PACKAGE_UNKNOWN, PERMISSION, PACKAGE_INDEX_INVALID, and
 * the ELF reader's own for a damaged file.
 */
export function resolveTarget(
	text: string,
	place: LookUpPlace,
	sysroot: Sysroot,
	databases: readonly PackageDatabase[],
): Target {
	const named = /^(?<manager>deb|rpm):(?<name>.+)$/u.exec(text)?.groups;
	if (named !== undefined) {
		const owner = installedPackage(named.manager ?? '', named.name ?? '', databases);
		return {kind: 'package', name: owner.name, package: owner};
	}

	const ofConda = /^conda:(?<name>.+)$/u.exec(text)?.groups?.name;
	if (ofConda !== undefined) {
		return condaTarget(ofConda, place, sysroot);
	}

	const isPath = text.includes('/') || text === '.' || text === '..';
	const path = isPath ? pathTarget(text, place, sysroot) : programOnPath(text, place, sysroot);
	const redirection = followRedirector(path, place, sysroot);
	return redirection === undefined
		? classify(path, sysroot)
		: {...classify(redirection.to, sysroot), name: posix.basename(path), redirection};
}

/** A path as typed: relative to the working directory, or to the root of a foreign sysroot. */
export function typedPath(text: string, place: LookUpPlace): SysrootPath {
	const base = place.sysroot === '/' ? place.workingDirectory : '/';
	return sysrootPath(posix.resolve(base, text));
}

/** The first executable of a name in the directories of a search path. */
export function findOnPath(
	name: string,
	searchPath: readonly string[],
	sysroot: Sysroot,
): SysrootPath | undefined {
	for (const directory of searchPath) {
		const candidate = sysrootPath(posix.join(directory, name));
		const real = sysroot.realPath(candidate);
		const status = real === undefined ? undefined : sysroot.status(real);
		if (status?.kind === 'file' && (status.mode & 0o111) !== 0) {
			return candidate;
		}
	}

	return undefined;
}

function installedPackage(
	manager: string,
	name: string,
	databases: readonly PackageDatabase[],
): InstalledPackage {
	const database = databases.find(candidate => candidate.manager === manager);
	if (database === undefined) {
		throw new DynpkError('PACKAGE_UNKNOWN', `no ${manager} package database here for ${name}`);
	}

	const owner = database.find(name);
	if (owner === undefined) {
		const [meant] = nearestNames(name, database.names());
		const others = 'install it on this machine first, or name its package file';
		throw new DynpkError('PACKAGE_UNKNOWN', `package ${manager}:${name} is not installed`, {
			hint: meant === undefined ? others : `did you mean ${manager}:${meant}? Or else ${others}`,
		});
	}

	return owner;
}

function pathTarget(text: string, place: LookUpPlace, sysroot: Sysroot): SysrootPath {
	const path = typedPath(text, place);
	if (sysroot.realPath(path) === undefined) {
		const dangling = sysroot.status(path)?.kind === 'symlink';
		throw new DynpkError(
			'TARGET_NOT_FOUND',
			dangling
				? `${path} is a link that leads nowhere (to ${sysroot.linkTarget(path) ?? '?'})`
				: `there is no ${path}`,
		);
	}

	return path;
}

/** A program, or else a directory beside the user: a virtual environment is seldom called by a path. */
function programOnPath(name: string, place: LookUpPlace, sysroot: Sysroot): SysrootPath {
	const found = findOnPath(name, place.searchPath, sysroot);
	const here = typedPath(`./${name}`, place);
	const isHere = found === undefined && place.sysroot === '/';
	const kind = isHere ? kindAt(here, sysroot) : undefined;
	if (found === undefined && kind !== 'directory') {
		throw new DynpkError('TARGET_NOT_FOUND', `cannot find a program named ${name}`, {
			details: place.searchPath.map(directory => `not in ${directory}`),
			hint:
				kind === 'file'
					? `did you mean ./${name}? A program beside you is named by its path`
					: (shellFunctionHint(name) ?? hintFor(name, place, sysroot)),
		});
	}

	return found ?? here;
}

function kindAt(path: SysrootPath, sysroot: Sysroot): string | undefined {
	const real = sysroot.realPath(path);
	return real === undefined ? undefined : sysroot.status(real)?.kind;
}

function hintFor(name: string, {searchPath}: LookUpPlace, sysroot: Sysroot): string {
	const names = searchPath.flatMap(directory => sysroot.list(sysrootPath(directory)) ?? []);
	const meant = nearestNames(name, names).find(
		near => findOnPath(near, searchPath, sysroot) !== undefined,
	);
	const others = `name a file by its path (./${name}) or an installed package (deb:${name}, rpm:${name})`;
	return meant === undefined ? others : `did you mean ${meant}? Or else ${others}`;
}

function classify(path: SysrootPath, sysroot: Sysroot): LocatedTarget {
	const name = posix.basename(path);
	const real = sysroot.realPath(path) ?? path;
	const status = sysroot.status(real);
	const host = sysroot.hostPath(real);
	if (status?.kind === 'directory') {
		if (sysroot.list(real, () => true) === undefined) {
			throw new DynpkError('PERMISSION', `cannot read ${path}`);
		}

		return {kind: 'directory', name: posix.basename(real) || 'root', path: real};
	}

	if (status?.kind !== 'file' || host === undefined) {
		throw new DynpkError('NOT_A_PROGRAM', `${path} is neither a file nor a directory`);
	}

	assertNotSetId(path, status.mode);
	const answer = sysroot.elf(real);
	if (answer.status === 'unreadable') {
		throw new DynpkError('PERMISSION', `cannot read ${path}`);
	}

	if (answer.status !== 'elf') {
		return classifyOther({name, path}, host, answer);
	}

	const {object} = answer;
	if (object.type !== 'executable' && object.type !== 'shared') {
		throw new DynpkError('NOT_A_PROGRAM', `${path} is an ELF file of type ${object.type}`);
	}

	return {kind: isProgram(object) ? 'program' : 'object', name, path};
}

/** @throws {DynpkError} the ELF reader's own for a damaged object, NOT_A_PROGRAM for a data file */
function classifyOther(
	named: Pick<NamedProgram, 'name' | 'path'>,
	host: HostPath,
	answer: ElfAnswer,
): LocatedTarget {
	const head = answer.status === 'not-elf' ? answer.script : undefined;
	if (head !== undefined && readShebang(head) !== undefined) {
		return {kind: 'script', ...named};
	}

	// The sysroot says of a damaged object only that it is none; here its fault is thrown.
	if (probeElf(host) === undefined) {
		throw new DynpkError('NOT_A_PROGRAM', `${named.path} is neither an ELF file nor a script`, {
			hint: 'data files travel with --with',
		});
	}

	throw new DynpkError('INPUT_CHANGED', `${named.path} changed while it was looked at`);
}

function assertNotSetId(path: SysrootPath, mode: number): void {
	if ((mode & 0o6000) !== 0) {
		const bit = (mode & 0o4000) === 0 ? 'set-group-id' : 'set-user-id';
		throw new DynpkError('SETUID_PROGRAM', `${path} is a ${bit} program`, {
			details: ['started through a bundled loader, without root, it has no privileges to gain'],
			hint: 'use the one of the host',
		});
	}
}
