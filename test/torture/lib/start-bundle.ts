/**
 * A tiny bundle, started over and over with one file of it damaged.
 *
 * A start is right where the program tells nothing but what the bundle or the host has; that it
 * does not find something is right as well, for a damaged name is another name. Everything else
 * must end with a launcher's, a shim's or a stub's one sentence, or be refused by the kernel.
 */
import {
	chmodSync,
	copyFileSync,
	mkdirSync,
	readFileSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {encodeAuditRules} from '../../../lib/audit/encode-audit-rules.js';
import {compilePathTable} from '../../../lib/engine/compile-path-table.js';
import type {ProjectedPath} from '../../../lib/engine/projected-path.js';
import type {EnvironmentRule, LoaderLaunch} from '../../../lib/launcher/launch-spec.js';
import {editLoader} from '../../../lib/launcher/loader-copy.js';
import {makeNativeLauncher} from '../../../lib/launcher/native-launcher.js';
import {bundlePath, sysrootPath} from '../../../lib/paths/paths.js';
import {projectRoot} from '../../helpers/worlds/audit-world.js';
import {builtDirectory, builtKit} from '../../helpers/worlds/built-kit.js';
import {librariesOf, newLoaderOptions} from '../../helpers/worlds/mini-bundle.js';
import {compiledBy} from '../../helpers/worlds/made-file.js';
import type {Verdict} from './format.js';
import {FaultyEnd} from './ordeal.js';
import {openStarter, type Ended} from './starter.js';

export type StartEngine = 'shim' | 'userns';

export interface StartedBundle {
	readonly top: string;
	/** The directory that is projected, beside the top: the one word of the launcher. */
	readonly place: string;
	/** Below the top. */
	readonly table: string;
	readonly rules: readonly string[];
	/** The launcher that is started, and what it is made of. */
	readonly launcher: string;
	readonly spec: LoaderLaunch;
	readonly start: (engine: StartEngine, env?: Readonly<Record<string, string>>) => Promise<Verdict>;
}

const LOADER = '/lib64/ld-linux-x86-64.so.2';
const DATA = 'of the bundle';
const HOST = 'of the host';

const environment: readonly EnvironmentRule[] = [
	{
		variable: 'TOOL_PATH',
		action: 'prepend',
		when: 'always',
		parts: [
			{kind: 'bundle', text: 'root/share'},
			{kind: 'literal', text: '/usr/share/tool'},
		],
	},
	{
		variable: 'TOOL_HOME',
		action: 'default',
		when: 'always',
		parts: [{kind: 'bundle', text: 'root'}],
	},
];

/** In `scratch`, which has to be a path without links. */
export async function makeStartedBundle(scratch: string): Promise<StartedBundle> {
	const top = join(scratch, 'bundle');
	const place = join(scratch, 'place');
	const table = 'libexec/dynpk/paths.tbl';
	const rules = ['libexec/dynpk/audit.rules', 'libexec/dynpk/shim.rules'];
	for (const directory of [
		`${top}/lib`,
		`${top}/libexec/dynpk`,
		`${top}/root${place}/deep`,
		place,
	]) {
		mkdirSync(directory, {recursive: true});
	}

	const program = await compiledBy('gcc', ['-O1', join(projectRoot, 'test/torture/lib/visitor.c')]);
	const start = await openStarter();
	const libraries = await librariesOf(program);
	for (const library of libraries) copyFileSync(library, join(top, 'lib', basename(library)));
	const {bytes} = editLoader(readFileSync(LOADER));
	writeFileSync(join(top, 'libexec/dynpk/ld.so'), bytes, {mode: 0o755});
	for (const tool of ['path-shim.so', 'libdynpk-audit.so']) {
		copyFileSync(join(builtDirectory(), tool), join(top, 'libexec/dynpk', tool));
	}

	writeFileSync(join(place, 'host'), HOST);
	writeFileSync(join(top, `root${place}/data`), DATA);
	writeFileSync(join(top, `root${place}/deep/data`), DATA);
	symlinkSync('data', join(top, `root${place}/link`));
	symlinkSync('deep', join(top, `root${place}/alias`));
	writeFileSync(join(top, table), compilePathTable(projectedBelow(place), environment));
	const text = encodeAuditRules(auditRules);
	for (const file of rules) writeFileSync(join(top, file), text);
	const spec = specOf(place);
	copyFileSync(program, join(top, spec.program));
	chmodSync(join(top, spec.program), 0o644);
	writeFileSync(join(top, spec.launcher), makeNativeLauncher(spec, builtKit().launcher), {
		mode: 0o755,
	});
	return {
		top,
		place,
		table,
		rules,
		launcher: spec.launcher,
		spec,
		start: async (engine, env = {}) =>
			judgeStart(await start({DYNPK_ENGINE: engine, ...env}, [join(top, spec.launcher), place])),
	};
}

const auditRules = {
	mode: 'off',
	libraryPath: [bundlePath('lib')],
	hostProvided: ['libGL.so.*'],
	allowed: ['/opt/site/**'],
	allowedPrograms: ['/opt/site/bin/*'],
	hostPrograms: ['/bin/sh'],
	hostFiles: ['/etc/hosts', '/usr/lib/locale/**'],
} as const;

function specOf(place: string): LoaderLaunch {
	const launcher = bundlePath(`root${place}/tool`);
	return {
		kind: 'loader',
		strategy: 'map',
		reason: 'a test',
		launcher,
		program: bundlePath(`${dirname(launcher)}/.tool.dynpk`),
		loader: bundlePath('libexec/dynpk/ld.so'),
		libc: 'glibc',
		loaderOptions: newLoaderOptions,
		libraryPath: [bundlePath('lib')],
		inhibitRpath: [],
		inhibitOwnRpath: false,
		environment,
		session: [{variable: 'PATHS', action: 'sift', marks: ['a', '../b']}],
		audit: {
			method: 'interface',
			stub: bundlePath('libexec/dynpk/libdynpk-audit.so'),
			byDefault: false,
		},
		view: {
			engine: 'shim',
			reason: 'a test',
			table: bundlePath('libexec/dynpk/paths.tbl'),
			shim: bundlePath('libexec/dynpk/path-shim.so'),
		},
		requires: {kernel: [2, 6, 32], isa: 0, machine: 62, class: 64},
	};
}

/** A merged directory, one of the bundle alone, and every kind of thing in them. */
function projectedBelow(place: string): readonly ProjectedPath[] {
	const above: string[] = [place];
	while (above[0] !== '/') above.unshift(dirname(above[0]!));
	const isLibrary = false;
	return [
		...above.map(path => ({kind: 'directory', path: sysrootPath(path), extent: 'merged'}) as const),
		{kind: 'directory', path: sysrootPath(`${place}/deep`), extent: 'whole'},
		{kind: 'file', path: sysrootPath(`${place}/deep/data`), isLibrary},
		{kind: 'file', path: sysrootPath(`${place}/data`), isLibrary},
		{kind: 'link', path: sysrootPath(`${place}/link`), target: 'data', isLibrary},
		{kind: 'link', path: sysrootPath(`${place}/alias`), target: 'deep', isLibrary},
		{
			kind: 'file',
			path: sysrootPath(`${place}/tool`),
			behind: bundlePath(`root${place}/.tool.dynpk`),
			isLibrary,
		},
	];
}

const rightLines = [
	/^(?:data|link|deep\/data|alias\/data): (?:of the bundle|of the host|-)$/u,
	/^tool: (?:ELF|of the bundle|-)$/u,
	/^listed: (?:some|-)$/u,
	/^start: (?:done|-)$/u,
	/^ended: (?:well|refused)$/u,
];

/** Of dynpk, of the kernel, or of the loader about what is not where a record says. */
const sentence =
	/^(?:dynpk(?:-audit)?: |kernel: |ERROR: ld\.so: object )|: error while loading shared libraries: /u;

/** Whether a program tells what neither the bundle nor the host has. */
export function faultOfLines(stdout: string): boolean {
	return !linesOf(stdout).every(line => rightLines.some(right => right.test(line)));
}

/** `mayBeSilent` is true where it could not say its sentence. */
export function judgeStart(
	{status, signal, isLate, stdout, stderr, ...more}: Ended,
	{mayBeSilent = false}: {readonly mayBeSilent?: boolean} = {},
): Verdict {
	const told = JSON.stringify({status, signal, stdout, stderr, ...more});
	if (isLate) throw new FaultyEnd('hang', `a start hangs: ${told}`);
	if (signal !== 0) throw new FaultyEnd('wrong', `a start ends by a signal: ${told}`);
	const sentences = linesOf(stderr);
	const isSaid = sentences.every(line => sentence.test(line));
	if (faultOfLines(stdout) || !isSaid) throw new FaultyEnd('wrong', `a wrong start: ${told}`);
	if (status === 0) return sentences.length === 0 ? 'accepted' : 'refused';
	// The loader tells first what it could not preload.
	const own = sentences.filter(line => !line.startsWith('ERROR: ld.so: object '));
	const isOneSentence =
		own.length === 1 || (own.length === 0 && (mayBeSilent || sentences.length === 1));
	if (linesOf(stdout).length > 0 || !isOneSentence || status < 125) {
		throw new FaultyEnd('wrong', `a start fails in other ways than with one sentence: ${told}`);
	}

	return 'refused';
}

function linesOf(text: string): readonly string[] {
	return text.split('\n').filter(line => line !== '');
}
