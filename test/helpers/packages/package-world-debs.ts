/**
 * Directories of Debian packages as the archive has them: a release's packages with all they
 * depend on, for any architecture. Kept between runs beside the foreign hosts.
 */
import {createHash} from 'node:crypto';
import {linkSync, readdirSync} from 'node:fs';
import {basename, join} from 'node:path';
import {cacheDirectory} from '../../hosts/lib/cache-directory.js';
import {fetchPackages} from '../../hosts/lib/fetch-packages.js';
import {makeOnce} from '../../hosts/lib/make-once.js';

export interface DebianWorld {
	readonly suite: 'bookworm' | 'trixie';
	/** Debian's name for it; default: `amd64`. */
	readonly architecture?: string;
	readonly packages: readonly string[];
}

/** Make the directory, or find it: its path. */
export async function debWorld(world: DebianWorld): Promise<string> {
	const digest = createHash('sha256').update(JSON.stringify(world)).digest('hex').slice(0, 16);
	const cache = cacheDirectory();
	return makeOnce(join(cache, `debs-${world.suite}-${digest}`), async directory => {
		const files = await fetchPackages(world.suite, world.packages, cache, world.architecture);
		for (const file of files) {
			linkSync(file, join(directory, basename(file)));
		}
	});
}

/** The one file of a package in a directory of packages, of either kind. */
export function packageIn(directory: string, name: string): string {
	const rpm = new RegExp(`^${name}-\\d[^-]*-[^-]+\\.rpm$`, 'u');
	const [file, ...others] = readdirSync(directory).filter(
		entry => (entry.startsWith(`${name}_`) && entry.endsWith('.deb')) || rpm.test(entry),
	);
	if (file === undefined || others.length > 0) {
		throw new Error(`${directory} has not one package ${name}`);
	}

	return join(directory, file);
}
