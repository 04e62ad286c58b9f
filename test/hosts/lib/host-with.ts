/**
 * Turn the name of a foreign host, and packages it should have besides, into a directory tree.
 *
 * Trees are cached outside the project under a digest of their recipe and never changed once made.
 * They belong to whoever made them; entering one (run-on-host.ts) never writes to it.
 */
import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {chmod, copyFile, mkdir, mkdtemp, rm, symlink} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join, relative} from 'node:path';
import {promisify} from 'node:util';
import {cacheDirectory} from './cache-directory.js';
import {fetchPackages} from './fetch-packages.js';
import {makeOnce} from './make-once.js';
import {recipeFormat, recipes} from './recipes.js';
import type {HostName, Recipe} from './recipes.js';
import {settleRoot} from './settle-root.js';
import {unpackPackages} from './unpack-packages.js';

export interface Host {
	readonly name: HostName;
	/** Its root directory here; also a sysroot to pack from. */
	readonly root: string;
}

const run = promisify(execFile);

/** Make the host `name`, with `packages` of its release added, or find it in the cache. */
export async function hostWith(name: HostName, packages: readonly string[] = []): Promise<Host> {
	const base = recipes[name];
	if (base.busyboxOnly && packages.length > 0) {
		throw new Error(`the ${name} host holds nothing but busybox`);
	}

	const recipe = {...base, packages: [...new Set([...base.packages, ...packages])].sort()};
	const digest = createHash('sha256').update(JSON.stringify([recipeFormat, recipe]));
	const place = join(cacheDirectory(), `${name}-${digest.digest('hex').slice(0, 16)}`);
	return {
		name,
		root: await makeOnce(place, async directory => makeTree(recipe, {name, root: directory})),
	};
}

async function makeTree(recipe: Recipe, host: Host): Promise<void> {
	const packages = await fetchPackages(recipe.suite, recipe.packages, cacheDirectory());
	await chmod(host.root, 0o755);
	if (recipe.busyboxOnly) {
		await installBusybox(packages, host.root);
		return;
	}

	await unpackPackages(packages, host.root);
	await settleRoot(host);
}

async function installBusybox(packages: readonly string[], root: string): Promise<void> {
	const unpacked = await mkdtemp(join(tmpdir(), 'dynpk-busybox-'));
	try {
		const file = packages.find(path => /\/busybox-static_[^/]*$/u.test(path));
		await run('dpkg-deb', ['--extract', file ?? '', unpacked]);
		const busybox = join(root, 'bin/busybox');
		await mkdir(dirname(busybox));
		await copyFile(join(unpacked, 'bin/busybox'), busybox);
		const {stdout} = await run(busybox, ['--list-full']);
		for (const applet of stdout.split('\n').filter(line => line !== '' && line !== 'bin/busybox')) {
			const link = join(root, applet);
			await mkdir(dirname(link), {recursive: true});
			await symlink(relative(dirname(link), busybox), link);
		}
	} finally {
		await rm(unpacked, {recursive: true});
	}
}
