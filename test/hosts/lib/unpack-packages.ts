/**
 * Unpack Debian packages into a directory and write the dpkg database that belongs to them.
 *
 * No maintainer script is run. The result answers `dpkg-query --root` like an installed system: status,
 * file lists under the name dpkg gives them, conffiles with their digests.
 */
import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync} from 'node:fs';
import {
	copyFile,
	mkdir,
	mkdtemp,
	readdir,
	readFile,
	rm,
	symlink,
	writeFile,
} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';

const run = promisify(execFile);

/** Directories that Debian has merged into /usr; unpacking follows these links. */
const mergedDirectories = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];

/** Unpack `packages` into the empty directory `root`. */
export async function unpackPackages(packages: readonly string[], root: string): Promise<void> {
	for (const name of mergedDirectories) {
		await mkdir(join(root, 'usr', name), {recursive: true});
		await symlink(`usr/${name}`, join(root, name));
	}

	const database = join(root, 'var/lib/dpkg');
	await mkdir(join(database, 'info'), {recursive: true});
	const stanzas: string[] = [];
	for (const file of packages) {
		const paths = await unpackFiles(file, root);
		stanzas.push(await recordPackage(file, paths, root, database));
	}

	await writeFile(join(database, 'status'), stanzas.sort().join('\n'));
	await writeFile(join(database, 'info/format'), '1\n');
	for (const name of ['available', 'diversions', 'statoverride']) {
		await writeFile(join(database, name), '');
	}
}

/** Unpack the payload and return its paths as a dpkg file list has them. */
async function unpackFiles(file: string, root: string): Promise<readonly string[]> {
	const script = `dpkg-deb --fsys-tarfile "$1" | tar --extract --verbose --file=- --directory="$2" \\
		--keep-directory-symlink --preserve-permissions --no-same-owner --quoting-style=literal`;
	const words = ['-o', 'pipefail', '-c', script, 'unpack', file, root];
	const {stdout} = await run('bash', words, {
		maxBuffer: 1 << 26,
		env: {...process.env, LC_ALL: 'C'},
	});
	return stdout
		.trimEnd()
		.split('\n')
		.map(path => (path === './' ? '/.' : path.replace(/^\./u, '').replace(/\/$/u, '')));
}

/** Put the package's control files where dpkg keeps them; return its status stanza. */
async function recordPackage(
	file: string,
	paths: readonly string[],
	root: string,
	database: string,
): Promise<string> {
	const directory = await mkdtemp(join(tmpdir(), 'dynpk-control-'));
	try {
		await run('dpkg-deb', ['--control', file, directory]);
		const control = await readFile(join(directory, 'control'), 'utf8');
		const record = join(database, 'info', databaseName(control));
		for (const name of await readdir(directory)) {
			if (name !== 'control') {
				await copyFile(join(directory, name), `${record}.${name}`);
			}
		}

		await writeFile(`${record}.list`, `${paths.join('\n')}\n`);
		const conffiles = existsSync(`${record}.conffiles`)
			? await readFile(`${record}.conffiles`, 'utf8')
			: '';
		const installed = control.trimEnd().replace(/\n/u, '\nStatus: install ok installed\n');
		return `${installed}\n${await conffilesField(conffiles, root)}`;
	} finally {
		await rm(directory, {recursive: true});
	}
}

/** Packages that may be installed for several architectures at once carry theirs in the name. */
function databaseName(control: string): string {
	const name = fieldOf(control, 'Package');
	return fieldOf(control, 'Multi-Arch') === 'same'
		? `${name}:${fieldOf(control, 'Architecture')}`
		: name;
}

function fieldOf(control: string, field: string): string {
	return new RegExp(`^${field}: *(.*)$`, 'mu').exec(control)?.[1] ?? '';
}

async function conffilesField(list: string, root: string): Promise<string> {
	const lines: string[] = [];
	for (const path of list.split('\n').filter(line => line.startsWith('/'))) {
		const digest = createHash('md5').update(await readFile(join(root, path)));
		lines.push(` ${path} ${digest.digest('hex')}\n`);
	}

	return lines.length === 0 ? '' : `Conffiles:\n${lines.join('')}`;
}
