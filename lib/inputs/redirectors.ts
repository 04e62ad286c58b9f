/**
 * Programs that only choose another one: shims of version managers, proxies, caches before compilers.
 *
 * What is meant is the program that would run here, so a redirector is passed, or refused with the
 * command that names the other. Rules are data, each with its reason; what they choose is read from
 * the redirector's own files, and nothing is run.
 */
import {posix} from 'node:path';
import {DynpkError} from '../errors/dynpk-error.js';
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {ofCondaEnvironment} from './conda-run.js';
import rows from './data/redirectors.json' with {type: 'json'};
import type {LookUpPlace} from './gather-request.js';
import {isExecutable, nextOnPath, type Choice, type Redirector} from './redirector.js';
import {snapProgram} from './snap-apps.js';
import {amongVersions, ofToolchain} from './version-shims.js';

export interface Redirection {
	/** What was found, and the program that it would start. */
	readonly from: SysrootPath;
	readonly to: SysrootPath;
	/** In words, such as `pyenv’s 3.11.7, chosen by /home/me/.python-version`. */
	readonly why: string;
}

type Row = (typeof rows)[number];

/** Longer than any shim. */
const SCRIPT_LIMIT = 8192;

const patterns = rows.map(row => ({
	row,
	script: row.script === undefined ? undefined : new RegExp(row.script, 'mu'),
	link: row.link === undefined ? undefined : new RegExp(row.link, 'u'),
}));

/**
 * Where the program at `path` leads; `undefined` where it is what it seems.
 *
 * @throws {DynpkError} TARGET_NOT_FOUND where what it chooses is not clear, or not there
 */
export function followRedirector(
	path: SysrootPath,
	place: LookUpPlace,
	sysroot: Sysroot,
): Redirection | undefined {
	const recognised = recognise(path, place, sysroot);
	if (recognised === undefined) {
		return undefined;
	}

	const [redirector, row] = recognised;
	const choice = choose(redirector, row);
	if (choice === undefined) {
		throw new DynpkError('TARGET_NOT_FOUND', `${path} only starts another program (${row.name})`, {
			details: [row.reason],
			hint: `name that one by its path: ${otherOf(redirector, row)}`,
		});
	}

	const to = sysrootPath(choice.program);
	if (!isExecutable(to, sysroot)) {
		throw new DynpkError('TARGET_NOT_FOUND', `${path} starts ${to}, which is not there`, {
			details: [choice.why],
			hint: `choose one that is installed, or name a program by its path: ${otherOf(redirector, row)}`,
		});
	}

	return {from: path, to, why: choice.why};
}

/** The program behind a redirector; the redirector itself where what it chooses is not clear. */
export function behindRedirector(
	path: SysrootPath,
	place: LookUpPlace,
	sysroot: Sysroot,
): SysrootPath {
	try {
		return followRedirector(path, place, sysroot)?.to ?? path;
	} catch (error) {
		if (error instanceof DynpkError && error.code === 'TARGET_NOT_FOUND') {
			return path;
		}

		throw error;
	}
}

/** What to do about a name that only an interactive shell knows; `undefined` for any other. */
export function shellFunctionHint(name: string): string | undefined {
	const row = rows.find(({names, kind}) => kind === 'function' && names.split(' ').includes(name));
	return row && `${name} is no program but a function of the shell (${row.name}): ${row.reason}`;
}

function recognise(
	path: SysrootPath,
	place: LookUpPlace,
	sysroot: Sysroot,
): readonly [Redirector, Row] | undefined {
	const real = sysroot.realPath(path) ?? path;
	const isLink = posix.basename(real) !== posix.basename(path);
	let text: string | undefined;
	for (const {row, script, link} of patterns) {
		const {name} = row;
		if (link !== undefined && isLink && link.test(real)) {
			return [{path, real, name, said: {}, place, sysroot}, row];
		}

		if (script !== undefined) {
			text ??= scriptText(real, sysroot);
			const match = script.exec(text);
			if (match !== null) {
				return [{path, real, name, said: match.groups ?? {}, place, sysroot}, row];
			}
		}
	}

	return undefined;
}

/** Nothing where it is no short script. */
function scriptText(path: SysrootPath, sysroot: Sysroot): string {
	const size = sysroot.status(path)?.size ?? Infinity;
	const text = size > SCRIPT_LIMIT ? undefined : sysroot.read(path, SCRIPT_LIMIT)?.toString('utf8');
	return text?.startsWith('#!') === true ? text : '';
}

function choose(redirector: Redirector, {kind, variable, file}: Row): Choice | undefined {
	switch (kind) {
		case 'versions':
			return variable === undefined ? undefined : amongVersions(redirector, {variable, file});
		case 'rustup':
			return ofToolchain(redirector);
		case 'conda-run':
			return ofCondaEnvironment(redirector);
		case 'next':
			return nextOnPath(redirector);
		default:
			return undefined;
	}
}

/** The other program, or the command that names it. */
function otherOf(redirector: Redirector, {kind, names}: Row): string {
	const {path, said} = redirector;
	const file = kind === 'snap' ? snapProgram(redirector) : undefined;
	return file ?? names.replace('{}', () => said.id ?? posix.basename(path));
}
