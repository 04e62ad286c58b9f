/**
 * A host, a bundle's payload and what the two look like together: once through the shim, once
 * through the kernel's own overlay and bind mounts, at the same paths below /opt/view.
 *
 * Both are set up in a mount namespace of their own, so that absolute paths mean the same; the
 * programs run there without any capability, so that permissions count.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmod, copyFile, mkdir, symlink, writeFile} from 'node:fs/promises';
import {dirname, join, posix} from 'node:path';
import {text} from 'node:stream/consumers';
import type {ExecutionContext} from 'ava';
import {compilePathTable} from '../../../lib/engine/compile-path-table.js';
import type {ProjectedPath} from '../../../lib/engine/projected-path.js';
import type {EnvironmentRule, LaunchSpec} from '../../../lib/launcher/launch-spec.js';
import {bundlePath, sysrootPath} from '../../../lib/paths/paths.js';
import {builtDirectory, builtKit} from '../../helpers/worlds/built-kit.js';
import {placeLauncher} from '../../helpers/worlds/mini-bundle.js';
import {makeScratch} from '../../helpers/worlds/scratch.js';

/** A text, a link's text after `->`, or a directory's mode. */
export type Tree = Readonly<Record<string, TreeEntry>>;
export type TreeEntry =
	| {readonly kind: 'file'; readonly content: string; readonly mode?: number}
	| {readonly kind: 'link'; readonly target: string}
	| {readonly kind: 'directory'; readonly mode: number};

export interface PackedTree {
	readonly tree: Tree;
	/** Directories that hide the host's. */
	readonly whole: readonly string[];
	/** Files in whose place a launcher stands. */
	readonly launched: readonly string[];
	/** Programs of the host see that launcher, and no file beside it. */
	readonly showsLaunchers?: boolean;
	/** Files for the loader alone. */
	readonly libraries?: readonly string[];
	readonly rules?: readonly EnvironmentRule[];
}

export interface View {
	/** Run a program of this machine in the view, through the shim or by the kernel's means. */
	readonly run: (
		how: 'shim' | 'mounts' | 'namespace',
		argv: readonly string[],
		input: string,
	) => Promise<string>;
	readonly bundle: string;
}

export interface Circumstances {
	/** Where the trees lie; what is beside them in its directory is not seen. */
	readonly place: string;
	/** With every right over the mounts, which then need no other user namespace. */
	readonly asRoot: boolean;
	/** Of the shim; default: this machine's. */
	readonly architecture?: string;
	/** Done in the namespace before anything else. */
	readonly before?: string;
	/** An empty directory for the bundle and what goes with it; default: a new one. */
	readonly scratch?: string;
}

export const usual: Circumstances = {place: '/opt/view', asRoot: false};

/** Paths of both trees are relative to the place. */
export async function makeView(
	t: ExecutionContext,
	host: Tree,
	packed: PackedTree,
	{place, asRoot, architecture, before = 'true', scratch = makeScratch(t)}: Circumstances = usual,
): Promise<View> {
	const bundle = join(scratch, 'bundle');
	await writeTree(join(scratch, 'host'), host);
	await writeTree(join(scratch, 'payload'), seenTree(packed));
	await writeTree(join(bundle, 'root', place), withLaunchers(packed));
	await mkdir(join(bundle, 'libexec/dynpk'), {recursive: true});
	await mkdir(join(bundle, 'bin'));
	const shim = join(builtDirectory(architecture), 'path-shim.so');
	await copyFile(shim, join(bundle, 'libexec/dynpk/path-shim.so'));
	const table = compilePathTable(project(packed, place), packed.rules ?? []);
	await writeFile(join(bundle, 'libexec/dynpk/paths.tbl'), table);
	return {
		bundle,
		run: async (how, argv, input) => {
			const shim = join(bundle, 'libexec/dynpk/path-shim.so');
			const preload = how === 'shim' ? [`LD_PRELOAD=${shim}`] : [];
			const script =
				how === 'mounts' ? mountScript(scratch, packed, place) : plainScript(scratch, place);
			const entered = how === 'namespace' ? await enteredBy(bundle, argv) : argv;
			const words = [...(asRoot ? [] : powerless(how)), 'env', '-u', 'PATH', ...preload];
			return inNamespace(`${before} && ${script}`, [...words, ...entered], input);
		},
	};
}

/** The program goes into the bundle, and a launcher that starts it in a namespace. */
async function enteredBy(bundle: string, [program = '', ...words]: readonly string[]) {
	const spec: LaunchSpec = {
		kind: 'static',
		launcher: bundlePath('libexec/enter'),
		program: bundlePath('libexec/program'),
		environment: [],
		requires: {kernel: [2, 6, 32], isa: 0, machine: 62, class: 64},
		view: {engine: 'userns', reason: 'a test', table: bundlePath('libexec/dynpk/paths.tbl')},
	};
	await copyFile(program, join(bundle, spec.program));
	await placeLauncher(bundle, spec, builtKit().launcher);
	return [join(bundle, spec.launcher), ...words];
}

async function writeTree(root: string, tree: Tree): Promise<void> {
	const modes: [string, number][] = [];
	await mkdir(root, {recursive: true});
	for (const [name, entry] of Object.entries(tree)) {
		const path = join(root, name);
		await mkdir(dirname(path), {recursive: true});
		switch (entry.kind) {
			case 'file':
				await writeFile(path, entry.content);
				await chmod(path, entry.mode ?? 0o644);
				break;
			case 'link':
				await symlink(entry.target, path);
				break;
			case 'directory':
				await mkdir(path, {recursive: true});
				modes.push([path, entry.mode]);
		}
	}

	for (const [path, mode] of modes) {
		await chmod(path, mode);
	}
}

function hiddenName(path: string): string {
	return posix.join(posix.dirname(path), `.${posix.basename(path)}.dynpk`);
}

/** What of the payload is to be seen. */
function seenTree(packed: PackedTree): Tree {
	const {tree, launched, showsLaunchers = false, libraries = []} = packed;
	const seen = Object.entries(tree).filter(([path]) => !libraries.includes(path));
	return Object.fromEntries(
		seen.map(([path, entry]) =>
			showsLaunchers && launched.includes(path) && entry.kind === 'file'
				? [path, launcherOf(entry)]
				: [path, entry],
		),
	);
}

function launcherOf({content}: TreeEntry & {readonly kind: 'file'}): TreeEntry {
	const launcher = content.replace('\n', '\n# a launcher, longer than what it starts\n');
	return {kind: 'file', content: launcher, mode: 0o755};
}

/** As a bundle has it: the file itself aside and not executable. */
function withLaunchers({tree, launched, libraries = []}: PackedTree): Tree {
	const entries = Object.entries(tree).flatMap(([path, entry]): [string, TreeEntry][] => {
		if (libraries.includes(path)) {
			const target = `${'../'.repeat(12)}lib/${posix.basename(path)}`;
			return [[path, {kind: 'link', target}]];
		}

		return launched.includes(path) && entry.kind === 'file'
			? [
					[path, launcherOf(entry)],
					[hiddenName(path), {...entry, mode: 0o644}],
				]
			: [[path, entry]];
	});
	return Object.fromEntries(entries);
}

function project(
	{tree, whole, launched, libraries = []}: PackedTree,
	place: string,
): ProjectedPath[] {
	const projected = new Map<string, ProjectedPath>();
	const addDirectory = (path: string): void => {
		const full = sysrootPath(path);
		const extent = whole.some(directory => `${full}/`.startsWith(`${place}/${directory}/`))
			? 'whole'
			: 'merged';
		if (!projected.has(full)) {
			projected.set(full, {kind: 'directory', path: full, extent});
		}

		if (full !== '/') {
			addDirectory(posix.dirname(full));
		}
	};
	for (const [name, entry] of Object.entries(tree)) {
		const path = sysrootPath(posix.join(place, name));
		addDirectory(entry.kind === 'directory' ? path : posix.dirname(path));
		if (entry.kind === 'link') {
			projected.set(path, {kind: 'link', path, target: entry.target, isLibrary: false});
		} else if (entry.kind === 'file') {
			const behind = launched.includes(name)
				? bundlePath(`root${place}/${hiddenName(name)}`)
				: undefined;
			const isLibrary = libraries.includes(name);
			projected.set(path, {kind: 'file', path, behind, isLibrary});
		}
	}

	return [...projected.values()];
}

function plainScript(scratch: string, place: string): string {
	const base = posix.dirname(place);
	return `mount -t tmpfs none ${base} && mkdir ${place} && cp -a '${scratch}/host/.' ${place}`;
}

/** Read-only where the bundle is: its directories, and each file in a directory that is merged. */
function mountScript(
	scratch: string,
	{tree, whole, libraries = []}: PackedTree,
	place: string,
): string {
	const base = posix.dirname(place);
	const files = Object.entries(tree)
		.filter(([path, {kind}]) => kind === 'file' && !whole.some(top => path.startsWith(`${top}/`)))
		.map(([path]) => path)
		.filter(path => !libraries.includes(path));
	const binds = [...whole, ...files].map(
		path =>
			`mount --bind '${scratch}/payload/${path}' '${place}/${path}' && mount -o remount,bind,ro '${place}/${path}'`,
	);
	const layers = `lowerdir=${scratch}/payload:${base}/host,upperdir=${base}/upper,workdir=${base}/work`;
	return [
		`mount -t tmpfs none ${base} && mkdir ${place} ${base}/upper ${base}/work ${base}/host`,
		`cp -a '${scratch}/host/.' ${base}/host`,
		`mount -t overlay none -o ${layers},userxattr ${place}`,
		...binds,
	].join(' && ');
}

function powerless(how: 'shim' | 'mounts' | 'namespace'): string[] {
	// Root may map itself into a user namespace with this right alone; it opens no file.
	const [kept, bound] = how === 'namespace' ? [',+setfcap', '-all,+setfcap'] : ['', '-all'];
	return [
		...['setpriv', '--securebits=+noroot,+noroot_locked', `--inh-caps=-all${kept}`],
		...[`--ambient-caps=-all${kept}`, `--bounding-set=${bound}`, '--'],
	];
}

async function inNamespace(
	script: string,
	argv: readonly string[],
	input: string,
): Promise<string> {
	const child = spawn(
		'unshare',
		[
			...['--user', '--map-root-user', '--mount', 'sh', '-c', `set -e; ${script}; cd /; exec "$@"`],
			...['sh', ...argv],
		],
		{stdio: ['pipe', 'pipe', 'inherit'], env: {PATH: process.env.PATH, LC_ALL: 'C'}},
	);
	// A program need not read its input.
	child.stdin.on('error', () => undefined);
	child.stdin.end(input);
	const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
	return output;
}
