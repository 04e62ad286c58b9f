/**
 * The userland of a CentOS 7.9 from its own packages, kept beside this project and not in it.
 *
 * Unpacked over one another as rpm would, scriptlets left alone; `filesystem` comes first, because
 * its links (`/lib64 -> usr/lib64`) decide where the others' files go.
 */
import {execFile} from 'node:child_process';
import {appendFile, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {installBusybox} from './install-busybox.js';

const run = promisify(execFile);

/** From build/test/hosts/lib, where the compiled form of this module lies. */
export const el7Packages = join(import.meta.dirname, '../../../../../shared/el7');

/** Their file names, sorted. Rejects where they are not beside the project. */
export async function listEl7Packages(): Promise<readonly string[]> {
	const names = await readdir(el7Packages);
	return names.filter(name => name.endsWith('.rpm')).sort();
}

export async function unpackEl7(root: string): Promise<void> {
	const names = await listEl7Packages();
	const isFirst = (name: string): boolean => name.startsWith('filesystem-');
	for (const name of [...names.filter(isFirst), ...names.filter(other => !isFirst(other))]) {
		const script = 'cd "$2" && rpm2cpio "$1" | cpio --extract --make-directories --quiet';
		const words = ['-o', 'pipefail', '-c', script, 'unpack', join(el7Packages, name), root];
		await run('bash', words);
	}

	await appendFile(join(root, 'etc/passwd'), 'user:x:1000:1000:user:/home/user:/bin/sh\n');
	await appendFile(join(root, 'etc/group'), 'user:x:1000:\n');
	await run('/sbin/ldconfig', ['-r', root]);
	await installBusybox(root);
}
