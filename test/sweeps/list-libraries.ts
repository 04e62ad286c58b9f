/**
 * Write data/libraries.json anew: `node build/test/sweeps/list-libraries.js PACKAGES`.
 *
 * The packages of this machine with a library in the loader's directories that most packages of a Debian
 * index need.
 */
import {readFileSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {openDatabases} from '../../lib/installed/open-databases.js';
import {hostPath} from '../../lib/paths/paths.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import {countReverseDependencies} from './lib/count-reverse-dependencies.js';
import {installedByRank} from './lib/installed-by-rank.js';

const WANTED = 200;
const isLibrary = /^(?:\/usr)?\/lib(?:\/[^/]+-linux-[^/]+)?\/[^/]+\.so\.[^/]+$/u;

const [index = ''] = process.argv.slice(2);
const counts = countReverseDependencies(readFileSync(index, 'utf8'));
const names = openDatabases(openSysroot(hostPath('/')), {
	cache: undefined,
	temporary: hostPath(tmpdir()),
}).databases.flatMap(database =>
	installedByRank(database, counts)
		.filter(owner => (database.files([owner]).get(owner) ?? []).some(path => isLibrary.test(path)))
		.map(({name}) => name),
);
writeFileSync(
	'test/sweeps/data/libraries.json',
	`[\n\t${names
		.slice(0, WANTED)
		.map(name => JSON.stringify(name))
		.join(',\n\t')}\n]\n`,
);
