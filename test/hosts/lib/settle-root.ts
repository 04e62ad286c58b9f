/**
 * Do for an unpacked root what maintainer scripts would have done, as far as programs can see it.
 *
 * The accounts, `sh`, the alternatives that are registered with constant words, the loader's cache and the
 * list of trusted certificates. Nothing of the root is executed.
 */
import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import {mkdir, readdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';

const run = promisify(execFile);

/** Finish the unpacked `root`. */
export async function settleRoot(root: string): Promise<void> {
	await writeAccounts(root);
	if (!existsSync(join(root, 'usr/bin/sh')) && existsSync(join(root, 'usr/bin/dash'))) {
		await symlink('dash', join(root, 'usr/bin/sh'));
	}

	await registerAlternatives(root);
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

/** The machine's update-alternatives works on a foreign root when the words need no shell. */
async function registerAlternatives(root: string): Promise<void> {
	const info = join(root, 'var/lib/dpkg/info');
	await mkdir(join(root, 'etc/alternatives'), {recursive: true});
	await mkdir(join(root, 'var/lib/dpkg/alternatives'), {recursive: true});
	for (const name of (await readdir(info)).sort()) {
		if (!name.endsWith('.postinst')) {
			continue;
		}

		for (const words of alternativesOf(await readFile(join(info, name), 'utf8'))) {
			await run('update-alternatives', [
				...['--quiet', '--root', root, '--log', '/dev/null'],
				...words,
			]);
		}
	}
}

/** Find the words of each `update-alternatives --install` of a script that has no expansions. */
export function alternativesOf(script: string): readonly (readonly string[])[] {
	const lines = script.replace(/\\\n\s*/gu, ' ').split('\n');
	return lines.flatMap(line => {
		const command = /^\s*update-alternatives\b([^;|&]*--install\b[^;|&]*)/u.exec(line)?.[1];
		if (command === undefined || /[$`"'*?<>]/u.test(command)) {
			return [];
		}

		return [command.split(/\s+/u).filter(word => word !== '' && word !== '--quiet')];
	});
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
