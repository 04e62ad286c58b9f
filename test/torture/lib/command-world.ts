/**
 * A small root with a package in it, which dynpk packs from, and places for all that it writes.
 *
 * Everything that a command reads or writes lies below one directory, so that its calls on files
 * there are those on input, output, cache and temporary places, and all others are none of its own.
 */
import {execFileSync} from 'node:child_process';
import {
	copyFileSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	realpathSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import {putDpkgDatabase} from '../../helpers/packages/dpkg-world.js';
import {dynpkScript} from '../../helpers/run/run-dynpk.js';
import {projectRoot} from '../../helpers/worlds/audit-world.js';
import {listTree} from '../../helpers/worlds/list-tree.js';
import {compiledBy} from '../../helpers/worlds/made-file.js';

export interface CommandWorld {
	readonly top: string;
	/** What is packed from; only read. */
	readonly root: string;
	/** A bundle of it, as a directory and as an archive; only read. */
	readonly bundle: string;
	readonly archive: string;
	/** Where commands start, and write their output. */
	readonly work: string;
	readonly env: Readonly<Record<string, string>>;
	/** The words that start dynpk. */
	readonly dynpk: readonly string[];
	/** Empty what is written to. */
	readonly clear: () => void;
	/** The same for the working directory alone. */
	readonly clearOutput: () => void;
	/** What is in temporary places, and in the working directory but for what is named. */
	readonly leftovers: (allowed: readonly string[]) => readonly string[];
	/** What was only to be read, as lines that tell every change of it. */
	readonly inputState: () => string;
}

const LOADER = '/lib64/ld-linux-x86-64.so.2';
const LIBRARIES = '/usr/lib/x86_64-linux-gnu';

/** The words behind `pack` that pack its one program. */
export function packWords({root}: CommandWorld): readonly string[] {
	return ['pack', 'tool', '--sysroot', root];
}

export async function makeCommandWorld(scratch: string): Promise<CommandWorld> {
	const top = realpathSync(scratch);
	const root = join(top, 'root');
	const [work, cache, home, temporary] = ['work', 'cache', 'home', 'tmp'].map(name =>
		join(top, name),
	) as [string, string, string, string];
	const written = [work, cache, home, temporary];
	const clear = (): void => written.forEach(emptied);
	await fillRoot(root);
	clear();
	const world: CommandWorld = {
		top,
		root,
		bundle: join(top, 'packed/bundle'),
		archive: join(top, 'packed/bundle.tar.gz'),
		work,
		env: {
			PATH: '/usr/bin:/bin',
			HOME: home,
			TMPDIR: temporary,
			XDG_CACHE_HOME: cache,
			LC_ALL: 'C.UTF-8',
		},
		dynpk: [process.execPath, dynpkScript],
		clear,
		clearOutput: () => emptied(work),
		leftovers: allowed => [
			...readdirSync(work).filter(name => !allowed.includes(name)),
			...[home, temporary].flatMap(place => readdirSync(place).map(name => join(place, name))),
			...[...listTree(cache).keys()].filter(name => name.includes('.new-')),
		],
		inputState: () =>
			[root, join(top, 'packed')]
				.flatMap(place => [...listTree(place).keys()].map(name => stateOf(place, name)))
				.join('\n'),
	};
	mkdirSync(join(top, 'packed'));
	for (const output of [world.bundle, world.archive]) {
		const words = [...world.dynpk.slice(1), ...packWords(world), '-o', output];
		execFileSync(process.execPath, words, {env: world.env, cwd: work, stdio: 'pipe'});
	}

	return world;
}

function emptied(directory: string): void {
	rmSync(directory, {recursive: true, force: true});
	mkdirSync(directory, {mode: 0o700});
}

function stateOf(root: string, name: string): string {
	const {ino, size, mtimeMs, ctimeMs} = lstatSync(join(root, name));
	return [name, ino, size, mtimeMs, ctimeMs].join(' ');
}

async function fillRoot(root: string): Promise<void> {
	const program = await compiledBy('gcc', ['-O1', join(projectRoot, 'test/torture/lib/visitor.c')]);
	const files: Readonly<Record<string, string>> = {
		'/usr/bin/tool': program,
		[LOADER]: LOADER,
		[`${LIBRARIES}/libc.so.6`]: `${LIBRARIES}/libc.so.6`,
	};
	for (const [path, from] of Object.entries(files)) {
		mkdirSync(dirname(join(root, path)), {recursive: true});
		copyFileSync(from, join(root, path));
	}

	const data = '/usr/share/tool/data';
	for (const path of [data, '/etc/tool.conf']) {
		mkdirSync(dirname(join(root, path)), {recursive: true});
		writeFileSync(join(root, path), `of ${path}\n`);
	}

	writeFileSync(join(root, 'etc/ld.so.conf'), `${LIBRARIES}\n`);
	execFileSync('ldconfig', ['-r', root], {stdio: 'pipe'});
	const directories = ['/usr', '/usr/bin', '/usr/share', '/usr/share/tool', '/etc'];
	putDpkgDatabase(root, [
		[
			'tool',
			{
				architecture: 'amd64',
				fields: ['Depends: libc6'],
				files: [...directories, '/usr/bin/tool', data, '/etc/tool.conf'],
			},
		],
		[
			'libc6',
			{
				architecture: 'amd64',
				multiArch: 'same',
				files: ['/lib64', LOADER, '/usr/lib', LIBRARIES, `${LIBRARIES}/libc.so.6`],
			},
		],
	]);
}
