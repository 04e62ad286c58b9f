/**
 * A root in which dpkg has installed packages: real objects, this machine's C library, and a database
 * that tells who owns what. Programs of it run wherever this machine's would.
 */
import {chmodSync, copyFileSync, mkdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {buildObjects, type FileSpec} from '../elf/build-objects.js';
import {realLoaderPath} from '../elf/real-glibc-loader.js';
import {putDpkgDatabase} from '../packages/dpkg-world.js';
import {runDynpk, type DynpkAnswer} from '../run/run-dynpk.js';
import {putFile} from './put-file.js';

export interface InstalledPackageSpec {
	/** By path, such as `/usr/bin/tool`; a text that begins with `#!` can be executed. */
	readonly files: Readonly<Record<string, FileSpec>>;
	/** Directories that it lists besides those of its files. */
	readonly directories?: readonly string[];
	/** Lines of its stanza, such as `Depends: other`. */
	readonly fields?: readonly string[];
}

export interface InstalledWorld {
	readonly root: string;
	/** Pack from it, as one who stands in its parent directory. */
	pack(argv: readonly string[]): Promise<DynpkAnswer>;
	/** Sources of what would be packed, with the reason for each. */
	plan(argv: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Where a package of this machine's architecture puts libraries. */
export const libraries = '/usr/lib/x86_64-linux-gnu';

/** `unlisted` is there and in no package. */
export async function buildInstalled(
	t: ExecutionContext,
	packages: Readonly<Record<string, InstalledPackageSpec>>,
	unlisted: Readonly<Record<string, FileSpec>> = {},
): Promise<InstalledWorld> {
	const files = Object.assign(
		{},
		unlisted,
		...Object.values(packages).map(spec => spec.files),
	) as Readonly<Record<string, FileSpec>>;
	const world = await buildObjects(t, {
		...Object.fromEntries(
			Object.entries(files).map(([path, spec]) => [`root${path}`, belowRoot(spec)]),
		),
		'root/lib': {symlink: 'usr/lib'},
		'root/lib64': {symlink: 'usr/lib64'},
		'root/bin': {symlink: 'usr/bin'},
	});
	const root = world.path('root');
	for (const [path, spec] of Object.entries(files)) {
		if ('text' in spec && spec.text.startsWith('#!')) {
			chmodSync(join(root, path), 0o755);
		}
	}

	putDpkgDatabase(root, [
		...Object.entries(packages).map(([name, {files: own, directories = [], fields = []}]) => {
			const listed = withParents([...Object.keys(own), ...directories]);
			return [name, {architecture: 'amd64', fields, files: listed, directories}] as const;
		}),
		['libc6', {architecture: 'amd64', files: withParents(putLibc(root))}],
	]);
	const run = async (argv: readonly string[]): Promise<DynpkAnswer> =>
		runDynpk(['pack', ...argv, '--sysroot', 'root'], {
			cwd: world.directory,
			env: {PATH: '/usr/bin:/bin'},
		});
	return {
		root,
		pack: run,
		async plan(argv) {
			const {status, stdout, stderr} = await run([...argv, '--dry-run', '--json']);
			if (status !== 0) {
				throw new Error(stderr);
			}

			const {operations} = JSON.parse(stdout) as {
				operations: readonly {readonly source?: string; readonly reason: string}[];
			};
			return new Map(
				operations.flatMap(({source, reason}) => (source === undefined ? [] : [[source, reason]])),
			);
		},
	};
}

/** Needs are named as paths of the root. */
function belowRoot(spec: FileSpec): FileSpec {
	return 'needs' in spec
		? {...spec, needs: spec.needs.map(name => (name.startsWith('/') ? `root${name}` : name))}
		: spec;
}

/** This machine's C library and its loader; their paths. */
function putLibc(root: string): string[] {
	const names = ['libc.so.6', 'libgcc_s.so.1'];
	const copies = [
		...names.map(name => [`/lib/x86_64-linux-gnu/${name}`, `${libraries}/${name}`] as const),
		[realLoaderPath(), '/usr/lib64/ld-linux-x86-64.so.2'] as const,
	];
	for (const [from, to] of copies) {
		mkdirSync(dirname(join(root, to)), {recursive: true});
		copyFileSync(from, join(root, to));
	}

	const characterSets = `${libraries}/gconv/gconv-modules`;
	putFile(root, characterSets, '');
	return [...copies.map(([, to]) => to), characterSets];
}

function withParents(paths: readonly string[]): string[] {
	const all = new Set<string>();
	for (const path of paths) {
		for (let at = path; at !== '/'; at = dirname(at)) {
			all.add(at);
		}
	}

	return [...all].sort();
}
