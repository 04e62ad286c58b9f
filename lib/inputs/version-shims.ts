/** What shims of version managers start: pyenv's and its likes, and rustup's proxies. */
import {posix} from 'node:path';
import {sysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {
	fileUpwards,
	isExecutable,
	nextOnPath,
	SETTING_LIMIT,
	type Choice,
	type Chosen,
	type Redirector,
} from './redirector.js';

/** How a manager is told which version to take. */
export interface VersionRule {
	readonly variable: string;
	/** The name of its files. */
	readonly file: string;
}

/** The first of the versions chosen that has the program; `system` is what PATH has next. */
export function amongVersions(redirector: Redirector, rule: VersionRule): Choice | undefined {
	const {path, name: manager, said, sysroot, place} = redirector;
	const {root} = said;
	if (root === undefined) {
		return undefined;
	}

	const variable = place.environment[rule.variable] ?? '';
	const chosen =
		variable === ''
			? fileUpwards(redirector, rule.file, `${root}/version`)
			: {text: variable.replaceAll(':', '\n'), by: rule.variable};
	const name = posix.basename(path);
	const versions = (chosen?.text ?? 'system').split(/\s+/u).filter(text => text !== '');
	for (const version of versions) {
		if (version === 'system') {
			return nextOnPath(redirector);
		}

		const home = sysrootPath(`${root}/versions/${newestOf(version, root, sysroot)}`);
		const program = sysrootPath(posix.join(home, 'bin', name));
		if (isExecutable(program, sysroot) || versions.length === 1) {
			return {program, why: `${manager}’s ${posix.basename(home)}, chosen by ${chosen?.by ?? ''}`};
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

/** RUSTUP_TOOLCHAIN, a file of the project, or the default: `stable` is that of the default host. */
export function ofToolchain(redirector: Redirector): Choice | undefined {
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
