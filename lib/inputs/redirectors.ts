/**
 * Programs that only choose another one: shims of version managers, proxies, caches before compilers.
 *
 * What is meant is the program that would run here, so a redirector is passed, or refused with the
 * command that names the other. Rules are data, each with its reason; what they choose is read from
 * the redirector's own files, and nothing is run.
 */
import {posix} from 'node:path';
import {DynpkError} from '../errors/dynpk-error.js';
import {parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import rows from './data/redirectors.json' with {type: 'json'};
import type {LookUpPlace} from './gather-request.js';

export interface Redirection {
	/** What was found, and the program that it would start. */
	readonly from: SysrootPath;
	readonly to: SysrootPath;
	/** In words, such as `pyenv’s 3.11.7, chosen by /home/me/.python-version`. */
	readonly why: string;
}

/** What a rule may go by. */
interface Redirector {
	readonly path: SysrootPath;
	/** The file behind all links. */
	readonly real: SysrootPath;
	readonly row: Row;
	/** Where the manager keeps its own, where its script says so. */
	readonly root: string | undefined;
	readonly place: LookUpPlace;
	readonly sysroot: Sysroot;
}

type Row = (typeof rows)[number];

interface Choice {
	readonly program: string;
	readonly why: string;
}

/** Longer than any shim. */
const SCRIPT_LIMIT = 8192;
const SETTING_LIMIT = 64 << 10;

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
	const redirector = recognise(path, place, sysroot);
	if (redirector === undefined) {
		return undefined;
	}

	const {row} = redirector;
	const choice = choose(redirector);
	const name = posix.basename(path);
	if (choice === undefined) {
		throw new DynpkError('TARGET_NOT_FOUND', `${path} only starts another program (${row.name})`, {
			details: [row.reason],
			hint: `name that one by its path: ${row.names} ${name}`,
		});
	}

	const to = sysrootPath(choice.program);
	if (!isExecutable(to, sysroot)) {
		throw new DynpkError('TARGET_NOT_FOUND', `${path} starts ${to}, which is not there`, {
			details: [choice.why],
			hint: `choose one that is installed, or name a program by its path: ${row.names} ${name}`,
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

function recognise(
	path: SysrootPath,
	place: LookUpPlace,
	sysroot: Sysroot,
): Redirector | undefined {
	const real = sysroot.realPath(path) ?? path;
	const isLink = posix.basename(real) !== posix.basename(path);
	let text: string | undefined;
	for (const {row, script, link} of patterns) {
		if (link !== undefined && isLink && link.test(real)) {
			return {path, real, row, root: undefined, place, sysroot};
		}

		if (script !== undefined) {
			text ??= scriptText(real, sysroot);
			const match = script.exec(text);
			if (match !== null) {
				return {path, real, row, root: match.groups?.root, place, sysroot};
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

function choose(redirector: Redirector): Choice | undefined {
	switch (redirector.row.kind) {
		case 'versions':
			return amongVersions(redirector);
		case 'rustup':
			return ofToolchain(redirector);
		case 'next':
			return nextOnPath(redirector);
		default:
			return undefined;
	}
}

/** The first of the versions chosen that has the program; `system` is what PATH has next. */
function amongVersions(redirector: Redirector): Choice | undefined {
	const {path, row, root, sysroot, place} = redirector;
	if (root === undefined || row.file === undefined) {
		return undefined;
	}

	const variable = place.environment[row.variable] ?? '';
	const chosen =
		variable === ''
			? fileUpwards(redirector, row.file, `${root}/version`)
			: {text: variable.replaceAll(':', '\n'), by: row.variable};
	const name = posix.basename(path);
	const versions = (chosen?.text ?? 'system').split(/\s+/u).filter(text => text !== '');
	for (const version of versions) {
		if (version === 'system') {
			return nextOnPath(redirector);
		}

		const home = sysrootPath(`${root}/versions/${newestOf(version, root, sysroot)}`);
		const program = sysrootPath(posix.join(home, 'bin', name));
		if (isExecutable(program, sysroot) || versions.length === 1) {
			return {program, why: `${row.name}’s ${posix.basename(home)}, chosen by ${chosen?.by ?? ''}`};
		}
	}

	return undefined;
}

/** `3.11` is the newest of 3.11 that is there, as pyenv has it. */
function newestOf(version: string, root: string, sysroot: Sysroot): string {
	const names = sysroot.list(sysrootPath(`${root}/versions`), () => true) ?? [];
	const collator = new Intl.Collator('en', {numeric: true});
	return names.includes(version)
		? version
		: (names
				.filter(name => name.startsWith(`${version}.`))
				.sort(collator.compare)
				.at(-1) ?? version);
}

interface Chosen {
	readonly text: string;
	/** The file that says so. */
	readonly by: string;
}

/** The first of this name from the working directory up; else the general one. */
function fileUpwards(
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

/** RUSTUP_TOOLCHAIN, a file of the project, or the default: `stable` is that of the default host. */
function ofToolchain(redirector: Redirector): Choice | undefined {
	const {path, place, sysroot} = redirector;
	const {RUSTUP_HOME, RUSTUP_TOOLCHAIN, HOME} = place.environment;
	const home = RUSTUP_HOME ?? (HOME === undefined ? undefined : `${HOME}/.rustup`);
	if (home === undefined) {
		return undefined;
	}

	const file = `${home}/settings.toml`;
	const settings = sysroot.read(sysrootPath(file), SETTING_LIMIT)?.toString('utf8') ?? '';
	const project =
		fileUpwards(redirector, 'rust-toolchain.toml', '/') ??
		fileUpwards(redirector, 'rust-toolchain', '/');
	const general = /^default_toolchain\s*=\s*"(?<name>[^"]+)"/mu.exec(settings)?.groups?.name;
	const asked: Chosen | undefined =
		RUSTUP_TOOLCHAIN === undefined
			? (project ?? (general === undefined ? undefined : {text: general, by: file}))
			: {text: RUSTUP_TOOLCHAIN, by: 'RUSTUP_TOOLCHAIN'};
	// Overrides of directories are rustup's own to compare.
	const overrides = /^\[overrides\]\s*\n(?=[^[\n])/mu.test(settings);
	if (asked === undefined || (overrides && RUSTUP_TOOLCHAIN === undefined)) {
		return undefined;
	}

	const channel = /^\s*channel\s*=\s*"(?<name>[^"]+)"/mu.exec(asked.text)?.groups?.name;
	const toolchain = channel ?? asked.text;
	const installed = sysroot.list(sysrootPath(`${home}/toolchains`), () => true) ?? [];
	const longer = installed.filter(name => name.startsWith(`${toolchain}-`));
	const chosen = installed.includes(toolchain) ? toolchain : longer[0];
	return chosen === toolchain || (chosen !== undefined && longer.length === 1)
		? {
				program: posix.join(home, 'toolchains', chosen, 'bin', posix.basename(path)),
				why: `rustup’s ${chosen}, chosen by ${asked.by}`,
			}
		: undefined;
}

/** The next program of this name on PATH that is no redirector of this kind. */
function nextOnPath({path, real, row, place, sysroot}: Redirector): Choice | undefined {
	const own = sysroot.realPath(parentOf(path));
	for (const directory of place.searchPath) {
		const program = sysrootPath(posix.join(directory, posix.basename(path)));
		const isOther =
			sysroot.realPath(sysrootPath(directory)) !== own && sysroot.realPath(program) !== real;
		if (isOther && isExecutable(program, sysroot)) {
			return {program, why: `the next on PATH behind ${row.name}’s`};
		}
	}

	return undefined;
}

function isExecutable(path: SysrootPath, sysroot: Sysroot): boolean {
	const real = sysroot.realPath(path);
	const status = real === undefined ? undefined : sysroot.status(real);
	return status?.kind === 'file' && (status.mode & 0o111) !== 0;
}
