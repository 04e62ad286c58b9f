/** `node owners-of.js ROOT CACHE`: ask for the owners of six files; the milliseconds it took go to stderr. */
import {openDpkgFiles} from '../lib/installed/dpkg-files.js';
import {readDpkg} from '../lib/installed/read-dpkg.js';
import {hostPath} from '../lib/paths/paths.js';
import {openSysroot} from '../lib/sysroot/open-sysroot.js';

const [, , root = '/', cache = ''] = process.argv;
const paths = [0, 1, 7, 100, 1000, 1899].map(
	number => `/usr/share/made-up-package-${number}/of-some-length-0.html`,
);
const sysroot = openSysroot(hostPath(root));
const before = process.cpuUsage();
const files = openDpkgFiles(sysroot);
if (files === undefined) {
	throw new Error(`no database of the known form in ${root}`);
}

// A bench does not wait until what it made has settled.
const place = {top: hostPath(cache), name: 'installed', settling: -3_600_000_000_000n};
const listersOf = readDpkg(files, place).findListers(paths);
const {user, system} = process.cpuUsage(before);
process.stdout.write(paths.map(path => `${listersOf(path)[0]?.name ?? 'nobody'}\n`).join(''));
process.stderr.write(String((user + system) / 1000));
