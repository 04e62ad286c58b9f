/**
 * This machine in the shape of a foreign host, so that its own programs run as those of a bundle do:
 * as the same user, in the same directory, with the same environment.
 *
 * What packages install is bound in place. Settings are a copy, because the user is named in one.
 */
import {accessSync, constants} from 'node:fs';
import {
	appendFile,
	chmod,
	cp,
	lstat,
	mkdir,
	readdir,
	readlink,
	rm,
	symlink,
} from 'node:fs/promises';
import {join} from 'node:path';
import type {Host} from '../hosts/lib/host-with.js';
import {home, type Bind} from '../hosts/lib/prepare-entry.js';

export interface ThisMachine {
	readonly host: Pick<Host, 'root'>;
	readonly binds: readonly Bind[];
}

const places = /^(usr|var|opt|s?bin|lib.*)$/u;

/** Make `root`, which does not exist yet, the root of this machine; with or without a file of users. */
export async function machineAsHost(root: string, hasUsers: boolean): Promise<ThisMachine> {
	await mkdir(root);
	await chmod(root, 0o755);
	const binds: Bind[] = [];
	for (const name of (await readdir('/')).filter(entry => places.test(entry))) {
		const place = `/${name}`;
		if ((await lstat(place)).isSymbolicLink()) {
			await symlink(await readlink(place), join(root, name));
		} else {
			binds.push({from: place, to: place, readOnly: true});
		}
	}

	await cp('/etc', join(root, 'etc'), {recursive: true, verbatimSymlinks: true, filter: readable});
	if (hasUsers) {
		await appendFile(join(root, 'etc/passwd'), `user:x:1000:1000:user:${home}:/bin/sh\n`);
	} else {
		await rm(join(root, 'etc/passwd'));
	}

	return {host: {root}, binds};
}

function readable(path: string): boolean {
	try {
		accessSync(path, constants.R_OK);
		return true;
	} catch {
		// A link that leads nowhere is none that anybody reads.
		return false;
	}
}
