/** What rpm itself says about a package file: the oracle of the tests of lib/rpm. */
import {execFileSync, spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {join} from 'node:path';

const MAX_OUTPUT = 512 * 1024 * 1024;

/** `rpm -qp --qf`, split at newlines. */
export function queryRpm(path: string, format: string): readonly string[] {
	const output = execFileSync('rpm', ['-qp', '--nosignature', '--qf', `${format}\n`, path], {
		encoding: 'utf8',
		maxBuffer: MAX_OUTPUT,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	return output.split('\n').slice(0, -1);
}

/** Whether `rpm -K` finds every digest right. */
export function rpmAccepts(path: string): boolean {
	return spawnSync('rpm', ['-K', '--nosignature', path]).status === 0;
}

/** One file of an unpacked tree, in the words both sides can say. */
export interface TreeFile {
	readonly kind: string;
	readonly mode: string;
	readonly content: string;
	/** The first path, in byte order, of the set of hard links. */
	readonly sameAs: string;
}

/** Unpack with rpm2cpio and cpio, or through rpm2archive where cpio cannot say it. */
export function unpackWithRpm(path: string, directory: string): ReadonlyMap<string, TreeFile> {
	mkdirSync(directory, {recursive: true});
	const cpio = spawnSync('rpm2cpio', [path], {maxBuffer: MAX_OUTPUT});
	if (cpio.status === 0) {
		execFileSync('cpio', ['-idm', '--quiet', '--no-absolute-filenames'], {
			cwd: directory,
			input: cpio.stdout,
			stdio: ['pipe', 'ignore', 'pipe'],
		});
	} else {
		const input = execFileSync('rpm2archive', ['-n'], {
			input: readFileSync(path),
			maxBuffer: MAX_OUTPUT,
		});
		execFileSync('tar', ['-xpf', '-', '-C', directory], {input});
	}

	return describeTree(directory);
}

export function describeTree(directory: string): ReadonlyMap<string, TreeFile> {
	const files = new Map<string, TreeFile>();
	const firstOfInode = new Map<number, string>();
	for (const path of walk(directory)) {
		const status = lstatSync(join(directory, path));
		const name = `/${path}`;
		const first = status.isFile() ? (firstOfInode.get(status.ino) ?? name) : name;
		firstOfInode.set(status.ino, first);
		files.set(name, {
			kind: kindOfMode(status.mode),
			mode: (status.mode & 0o7777).toString(8),
			content: contentOf(join(directory, path), status.mode),
			sameAs: first,
		});
	}

	return files;
}

/** Paths below `directory` in byte order, without following links. */
function walk(directory: string): readonly string[] {
	const found = readdirSync(directory, {withFileTypes: true}).flatMap(entry => [
		entry.name,
		...(entry.isDirectory()
			? walk(join(directory, entry.name)).map(path => `${entry.name}/${path}`)
			: []),
	]);
	return found.sort();
}

function contentOf(path: string, mode: number): string {
	switch (kindOfMode(mode)) {
		case 'file':
			return sha256(readFileSync(path));
		case 'symlink':
			return readlinkSync(path);
		default:
			return '';
	}
}

export function sha256(bytes: Uint8Array): string {
	return createHash('sha256').update(bytes).digest('hex');
}

const kinds: Readonly<Record<number, string>> = {
	0o100000: 'file',
	0o040000: 'directory',
	0o120000: 'symlink',
	0o020000: 'character-device',
	0o060000: 'block-device',
	0o010000: 'fifo',
	0o140000: 'socket',
};

function kindOfMode(mode: number): string {
	return kinds[mode & 0o170000] ?? 'unknown';
}
