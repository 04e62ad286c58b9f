/**
 * Write data/programs.json anew: `node build/test/sweeps/list-programs.js PACKAGES`.
 *
 * The programs of this machine whose packages most packages of a Debian index need, a few a package,
 * as far as they end well without a terminal, with the option that makes them.
 */
import {readFileSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {packagePrograms} from '../../lib/inputs/list-programs.js';
import {openDatabases} from '../../lib/installed/open-databases.js';
import type {InstalledPackage, PackageDatabase} from '../../lib/installed/package-database.js';
import {hostPath, sysrootPath} from '../../lib/paths/paths.js';
import {userDirectories} from '../../lib/paths/program-directories.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import {countReverseDependencies} from './lib/count-reverse-dependencies.js';
import {inScratch} from './lib/in-scratch.js';
import {installedByRank} from './lib/installed-by-rank.js';
import {traceRun} from './lib/trace-run.js';

const WANTED = 300;
const A_PACKAGE = 2;

const [index = ''] = process.argv.slice(2);
const counts = countReverseDependencies(readFileSync(index, 'utf8'));
const sysroot = openSysroot(hostPath('/'));
const rows: string[] = [];
await inScratch(async scratch => {
	const places = {cache: undefined, temporary: hostPath(tmpdir())};
	for (const database of openDatabases(sysroot, places).databases) {
		for (const owner of installedByRank(database, counts)) {
			for (const {name, path} of programsOf(owner, database)) {
				const argv = rows.length < WANTED ? await firstThatWorks(path, scratch) : undefined;
				if (argv !== undefined) {
					rows.push(JSON.stringify({program: name, package: owner.name, argv}));
				}
			}
		}
	}
});

writeFileSync('test/sweeps/data/programs.json', `[\n\t${rows.join(',\n\t')}\n]\n`);

/** That of the package's own name first. */
function programsOf(owner: InstalledPackage, database: PackageDatabase) {
	const files = database.files([owner]).get(owner) ?? [];
	return packagePrograms(files, sysroot)
		.filter(({path}) => userDirectories.some(directory => path.startsWith(`${directory}/`)))
		.sort((a, b) => Number(b.name === owner.name) - Number(a.name === owner.name))
		.slice(0, A_PACKAGE);
}

async function firstThatWorks(
	path: string,
	scratch: string,
): Promise<readonly string[] | undefined> {
	for (const argv of [['--version'], ['--help'], ['-h']]) {
		const {status} = await traceRun(sysrootPath(path), {program: path, argv}, scratch);
		if (status === 0) {
			return argv;
		}
	}

	return undefined;
}
