/**
 * `make sweeps`: do bundles lack a library that another one opens by a name of its own?
 *
 * Of each package of data/libraries.json every object that calls dlopen is read for names of libraries.
 * A name that is installed here and that a bundle of the object lacks is explained by data, or printed.
 * Arguments choose among the packages.
 */
import {posix} from 'node:path';
import {tmpdir} from 'node:os';
import {openDatabases} from '../../lib/installed/open-databases.js';
import {hostPath, sysrootPath, type SysrootPath} from '../../lib/paths/paths.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import {dlopenNames} from './lib/dlopen-names.js';
import {readData, readExplanations} from './lib/explanations.js';
import {inScratch} from './lib/in-scratch.js';
import {planOf} from './lib/plan-of.js';

const sysroot = openSysroot(hostPath('/'));
const {databases} = openDatabases(sysroot, {cache: undefined, temporary: hostPath(tmpdir())});
const explanations = readExplanations('dlopen-callers-explained.json');
const listed = readData('libraries.json') as readonly string[];
const asked = process.argv.slice(2);
const chosen = listed.filter(name => asked.length === 0 || asked.includes(name));
const differing: string[] = [];
let examined = 0;
let explained = 0;
let absent = 0;

await inScratch(async scratch => {
	for (const name of chosen) {
		const objects = objectsOf(name);
		absent += objects === undefined ? 1 : 0;
		for (const path of objects ?? []) {
			const places = [...dlopenNames(path)].flatMap(asked => installedAs(asked, path));
			if (places.length > 0) {
				examined++;
				const {paths} = await planOf(path, scratch, sysroot);
				for (const place of places.filter(candidate => !paths.has(candidate))) {
					if (explanations.explain(place, name) === undefined) {
						differing.push(`${place}\t${path} (${name})`);
					} else {
						explained++;
					}
				}
			}
		}
	}
});

differing.sort().forEach(line => console.log(line));
const unused = asked.length === 0 && absent === 0 ? explanations.unused() : [];
for (const patterns of unused) {
	console.log(`explains nothing: ${patterns}`);
}

console.log(
	`dlopen-callers: examined ${examined}, differing ${differing.length}, explained ${explained}, not here ${absent}`,
);
process.exitCode = differing.length + unused.length === 0 ? 0 : 1;

/** Shared objects of an installed package. */
function objectsOf(name: string): SysrootPath[] | undefined {
	for (const database of databases) {
		const owner = database.find(name);
		if (owner?.name === name) {
			const paths = database.files([owner]).get(owner) ?? [];
			return paths.filter(path => {
				const isFile = sysroot.status(path)?.kind === 'file';
				const answer = isFile ? sysroot.elf(path) : undefined;
				return answer?.status === 'elf' && answer.object.type === 'shared';
			});
		}
	}

	return undefined;
}

/** The file that would answer here: at the path itself, in the loader's directories or beside the caller. */
function installedAs(name: string, caller: SysrootPath): SysrootPath[] {
	const directories = name.startsWith('/')
		? ['/']
		: [
				posix.dirname(caller),
				'/lib/x86_64-linux-gnu',
				'/usr/lib/x86_64-linux-gnu',
				'/lib',
				'/usr/lib',
			];
	for (const directory of directories) {
		const real = sysroot.realPath(sysrootPath(posix.join(directory, name)));
		if (real !== undefined) {
			return real === sysroot.realPath(caller) ? [] : [real];
		}
	}

	return [];
}
