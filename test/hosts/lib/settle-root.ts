/**
 * Do for an unpacked root what maintainer scripts would have done, as far as programs can see it.
 *
 * The accounts, `sh`, the alternatives, the loader's cache and the list of trusted certificates.
 */
import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import {mkdir, readdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';

import type {Host} from './host-with.js';
import {readAlternatives} from './read-alternatives.js';

const run = promisify(execFile);

/** Finish the unpacked root of `host`. */
export async function settleRoot(host: Host): Promise<void> {
	const {root} = host;
	await writeAccounts(root);
	if (!existsSync(join(root, 'usr/bin/sh')) && existsSync(join(root, 'usr/bin/dash'))) {
		await symlink('dash', join(root, 'usr/bin/sh'));
	}

	await registerAlternatives(host);
	await trustCertificates(root);
	// In /sbin, which an ordinary user's PATH does not hold.
	await run('/sbin/ldconfig', ['-r', root]);
}

async function writeAccounts(root: string): Promise<void> {
	const user = {passwd: 'user:x:1000:1000:user:/home/user:/bin/sh\n', group: 'user:x:1000:\n'};
	await mkdir(join(root, 'etc'), {recursive: true});
	for (const name of ['passwd', 'group'] as const) {
		const master = join(root, `usr/share/base-passwd/${name}.master`);
		const accounts = existsSync(master) ? await readFile(master, 'utf8') : '';
		await writeFile(join(root, 'etc', name), `${accounts}${user[name]}`);
	}
}

/** The machine's update-alternatives can work on a foreign root. */
async function registerAlternatives(host: Host): Promise<void> {
	await mkdir(join(host.root, 'etc/alternatives'), {recursive: true});
	await mkdir(join(host.root, 'var/lib/dpkg/alternatives'), {recursive: true});
	for (const words of await readAlternatives(host)) {
		const options = ['--quiet', '--root', host.root, '--log', '/dev/null'];
		await run('update-alternatives', [...options, ...words]);
	}
}

async function trustCertificates(root: string): Promise<void> {
	const available = join(root, 'usr/share/ca-certificates/mozilla');
	if (!existsSync(available)) {
		return;
	}

	const certificates: string[] = [];
	for (const name of (await readdir(available)).sort()) {
		certificates.push(await readFile(join(available, name), 'utf8'));
	}

	await mkdir(join(root, 'etc/ssl/certs'), {recursive: true});
	await writeFile(join(root, 'etc/ssl/certs/ca-certificates.crt'), certificates.join(''));
}
