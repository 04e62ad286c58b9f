/** A program that only chooses another one, and what the rules of its kind look at to tell which. */
import {posix} from 'node:path';
import {parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {LookUpPlace} from './gather-request.js';

export interface Redirector {
	readonly path: SysrootPath;
	/** The file behind all links. */
	readonly real: SysrootPath;
	/** Of its kind, such as `pyenv`. */
	readonly name: string;
	/** What the rule's pattern names in its script. */
	readonly said: Readonly<Record<string, string | undefined>>;
	readonly place: LookUpPlace;
	readonly sysroot: Sysroot;
}

/** The program that it starts, and how that is known, in words. */
export interface Choice {
	readonly program: string;
	readonly why: string;
}

/** What is chosen, and the file or variable that says so. */
export interface Chosen {
	readonly text: string;
	readonly by: string;
}

export const SETTING_LIMIT = 64 << 10;

/** The first of this name from the working directory up; else the general one. */
export function fileUpwards(
	{place, sysroot}: Redirector,
	name: string,
	general: string,
): Chosen | undefined {
	const places: string[] = [];
	for (let directory = sysrootPath(place.workingDirectory); ; directory = parentOf(directory)) {
		places.push(posix.join(directory, name));
		if (directory === '/') {
			break;
		}
	}

	for (const by of [...places, general]) {
		const text = sysroot.read(sysrootPath(by), SETTING_LIMIT)?.toString('utf8');
		const lines = text?.replaceAll(/#.*$/gmu, '').trim();
		if (lines !== undefined && lines !== '') {
			return {text: lines, by};
		}
	}

	return undefined;
}

/** The next program of this name on PATH that is no redirector of this kind. */
export function nextOnPath({path, real, name, place, sysroot}: Redirector): Choice | undefined {
	const own = sysroot.realPath(parentOf(path));
	for (const directory of place.searchPath) {
		const program = sysrootPath(posix.join(directory, posix.basename(path)));
		const isOther =
			sysroot.realPath(sysrootPath(directory)) !== own && sysroot.realPath(program) !== real;
		if (isOther && isExecutable(program, sysroot)) {
			return {program, why: `the next on PATH behind ${name}’s`};
		}
	}

	return undefined;
}

export function isExecutable(path: SysrootPath, sysroot: Sysroot): boolean {
	const real = sysroot.realPath(path);
	const status = real === undefined ? undefined : sysroot.status(real);
	return status?.kind === 'file' && (status.mode & 0o111) !== 0;
}
