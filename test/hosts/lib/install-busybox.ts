/** Put a statically linked busybox into a root, with a link for each applet that is not there yet. */
import {execFile} from 'node:child_process';
import {lstatSync} from 'node:fs';
import {copyFile, mkdir, mkdtemp, rm, symlink} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join, relative} from 'node:path';
import {promisify} from 'node:util';
import {cacheDirectory} from './cache-directory.js';
import {fetchPackages} from './fetch-packages.js';

const run = promisify(execFile);

export async function installBusybox(root: string): Promise<void> {
	const packages = await fetchPackages('bullseye', ['busybox-static'], cacheDirectory());
	const unpacked = await mkdtemp(join(tmpdir(), 'dynpk-busybox-'));
	try {
		const file = packages.find(path => /\/busybox-static_[^/]*$/u.test(path));
		await run('dpkg-deb', ['--extract', file ?? '', unpacked]);
		const busybox = join(root, 'bin/busybox');
		await mkdir(dirname(busybox), {recursive: true});
		await copyFile(join(unpacked, 'bin/busybox'), busybox);
		const {stdout} = await run(busybox, ['--list-full']);
		for (const applet of stdout.split('\n').filter(line => line !== '' && line !== 'bin/busybox')) {
			await linkApplet(join(root, applet), busybox);
		}
	} finally {
		await rm(unpacked, {recursive: true});
	}
}

async function linkApplet(link: string, busybox: string): Promise<void> {
	await mkdir(dirname(link), {recursive: true});
	if (lstatSync(link, {throwIfNoEntry: false}) === undefined) {
		await symlink(relative(dirname(link), busybox), link);
	}
}
