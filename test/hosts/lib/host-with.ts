/**
 * Turn the name of a foreign host, and packages it should have besides, into a directory tree.
 *
 * Trees are cached outside the project under a digest of their recipe and never changed once made.
 * They belong to whoever made them; entering one (run-on-host.ts) never writes to it.
 */
import {createHash} from 'node:crypto';
import {chmod} from 'node:fs/promises';
import {join} from 'node:path';
import {cacheDirectory} from './cache-directory.js';
import {fetchPackages} from './fetch-packages.js';
import {installBusybox} from './install-busybox.js';
import {makeOnce} from './make-once.js';
import {recipeFormat, recipes} from './recipes.js';
import type {HostName, Recipe} from './recipes.js';
import {settleRoot} from './settle-root.js';
import {listEl7Packages, unpackEl7} from './unpack-el7.js';
import {unpackPackages} from './unpack-packages.js';

export interface Host {
	readonly name: HostName;
	/** Its root directory here; also a sysroot to pack from. */
	readonly root: string;
}

/** Make the host `name`, with `packages` of its release added, or find it in the cache. */
export async function hostWith(name: HostName, packages: readonly string[] = []): Promise<Host> {
	const recipe = withPackages(name, packages);
	const contents = recipe.kind === 'el7' ? await listEl7Packages() : [];
	const digest = createHash('sha256').update(JSON.stringify([recipeFormat, recipe, contents]));
	const place = join(cacheDirectory(), `${name}-${digest.digest('hex').slice(0, 16)}`);
	return {
		name,
		root: await makeOnce(place, async directory => makeTree(recipe, {name, root: directory})),
	};
}

function withPackages(name: HostName, packages: readonly string[]): Recipe {
	const base = recipes[name];
	if (base.kind === 'debian') {
		return {...base, packages: [...new Set([...base.packages, ...packages])].sort()};
	}

	if (packages.length > 0) {
		throw new Error(`the ${name} host has no archive that packages could be added from`);
	}

	return base;
}

async function makeTree(recipe: Recipe, host: Host): Promise<void> {
	await chmod(host.root, 0o755);
	switch (recipe.kind) {
		case 'empty':
			await installBusybox(host.root);
			break;
		case 'el7':
			await unpackEl7(host.root);
			break;
		case 'debian':
			await unpackPackages(
				await fetchPackages(recipe.suite, recipe.packages, cacheDirectory()),
				host.root,
			);
			await settleRoot(host);
	}
}
