/**
 * What a script starts that only says `conda run -n NAME PROGRAM "$@"`: the program of that environment.
 *
 * What activating the environment would set besides, by scripts of its own, is told and not done.
 */
import {posix} from 'node:path';
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {isExecutable, type Choice, type Redirector} from './redirector.js';

/** Options of `run` that have a value; the others are flags (`conda run --help`, `micromamba run --help`). */
const WITH_VALUE =
	/^(?:-n|--name|-p|--prefix|-r|--root-prefix|--cwd|-e|--env|--rc-file|-a|--attach)$/u;

/** Which environment, and which program of it. */
interface Run {
	readonly name: string | undefined;
	readonly prefix: string | undefined;
	readonly program: string;
}

export function ofCondaEnvironment(redirector: Redirector): Choice | undefined {
	const {tool = '', words = ''} = redirector.said;
	const run = parseRun(words);
	const prefix = run && (run.prefix ?? environmentOf(run.name ?? 'base', tool, redirector));
	if (run === undefined || prefix?.startsWith('/') !== true) {
		return undefined;
	}

	const program = posix.resolve(prefix, 'bin', run.program);
	const scripts = sysrootPath(posix.join(prefix, 'etc/conda/activate.d'));
	const isActivated = (redirector.sysroot.list(scripts, () => true) ?? []).length > 0;
	const rest = isActivated ? `, without what ${scripts} sets` : '';
	return {program, why: `of the environment ${prefix}${rest}`};
}

/** Nothing of what a shell would have to expand. */
function parseRun(text: string): Run | undefined {
	const words = text.split(/\s+/u).map(word => word.replaceAll(/^["']|["']$/gu, ''));
	const options = new Map<string, string>();
	for (let at = 0; at < words.length; at++) {
		const [, option = '', value] = /^(--?[\w-]+)(?:=(.*))?$/u.exec(words[at] ?? '') ?? [];
		if (option === '') {
			const program = words[at] ?? '';
			const name = options.get('-n') ?? options.get('--name');
			const prefix = options.get('-p') ?? options.get('--prefix');
			const isLiteral = at === words.length - 1 && !words.some(word => /[$`\\]/u.test(word));
			return isLiteral && program !== '' ? {name, prefix, program} : undefined;
		}

		const takesNext = value === undefined && WITH_VALUE.test(option);
		options.set(option, takesNext ? (words[++at] ?? '') : (value ?? ''));
	}

	return undefined;
}

/** As conda looks for one of a name: in its own `envs/`, where a variable says, and in the home. */
function environmentOf(
	name: string,
	tool: string,
	{place: {environment, searchPath}, sysroot}: Redirector,
): string | undefined {
	const {CONDA_EXE, MAMBA_EXE, MAMBA_ROOT_PREFIX, CONDA_ENVS_PATH, CONDA_ENVS_DIRS, HOME} =
		environment;
	const tools = tool.includes('/')
		? [tool]
		: [
				...searchPath.map(directory => posix.join(directory, tool)),
				...[CONDA_EXE, MAMBA_EXE].flatMap(file => file ?? []),
			];
	const roots = [
		...tools
			.filter(file => file.startsWith('/') && isExecutable(sysrootPath(file), sysroot))
			.map(file => posix.dirname(posix.dirname(file))),
		...(MAMBA_ROOT_PREFIX === undefined ? [] : [MAMBA_ROOT_PREFIX]),
	];
	const listed = (CONDA_ENVS_PATH ?? CONDA_ENVS_DIRS ?? '').split(':');
	const places =
		name === 'base'
			? roots
			: [
					...[...listed, ...roots.map(root => posix.join(root, 'envs'))],
					...(HOME === undefined ? [] : [posix.join(HOME, '.conda/envs')]),
				].map(directory => posix.join(directory, name));
	return places
		.filter(path => path.startsWith('/'))
		.find(path => isEnvironment(sysrootPath(path), sysroot));
}

function isEnvironment(path: SysrootPath, sysroot: Sysroot): boolean {
	return sysroot.realPath(sysrootPath(posix.join(path, 'conda-meta'))) !== undefined;
}
