/**
 * A real EL7 as a repository: programs of CentOS 7.9 by their package files alone, which run with
 * their glibc 2.17 on every host.
 */
import {existsSync, symlinkSync} from 'node:fs';
import {basename, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {packageIn} from '../helpers/packages/package-world-debs.js';
import {buildRpm} from '../helpers/packages/rpm-build.js';
import {needHost} from '../helpers/run/host-need.js';
import {missingHere, need} from '../helpers/run/need.js';
import {packOnce} from '../helpers/run/packed.js';
import {makeScratch} from '../helpers/worlds/scratch.js';
import {plainShell, targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';
import {el7Packages, listEl7Packages} from '../hosts/lib/unpack-el7.js';

/** Links to the packages; and the one that is required and too large to keep, without its files. */
async function makeRepository(t: ExecutionContext): Promise<string | undefined> {
	if (!existsSync(el7Packages)) {
		missingHere(t, 'needs the packages of EL7 beside the project');
		return undefined;
	}

	const place = makeScratch(t);
	for (const name of await listEl7Packages()) {
		symlinkSync(join(el7Packages, name), join(place, name));
	}

	const common = {name: 'glibc-common', version: '2.17', release: '317.el7', arch: 'x86_64'};
	const built = buildRpm(makeScratch(t), common);
	symlinkSync(built, join(place, basename(built)));
	return place;
}

const session = `
bin/lua -e 'print(_VERSION, os.date("!%F", 0))'
bin/sqlite3 :memory: 'select sqlite_version(), 6*7;'
echo 'a b' | bin/gawk '{ print $2; print PROCINFO["version"] }'
bin/tar --version | bin/sed -n 1p
printf x | bin/xz | bin/xz -dc; echo
bin/bash -c 'echo $BASH_VERSION; cd /usr/share && pwd; echo "\${BASH_SOURCE:-none}"'
bin/find bin -name 'lu*' | bin/grep -c lua
`;
const said = [
	...['Lua 5.1\t1970-01-01', '3.7.17|42', 'b', '4.0.2', 'tar (GNU tar) 1.26', 'x'],
	...['4.2.46(2)-release', '/usr/share', 'none', '2', ''],
].join('\n');
const packages = ['lua', 'sqlite', 'gawk', 'tar', 'sed', 'xz', 'bash', 'findutils', 'grep'];

test('programs of EL7 run with their own C library on every host', async t => {
	if (!need(t, 'rpmbuild')) return;
	const repository = await makeRepository(t);
	if (repository === undefined) return;
	const files = packages.map(name => packageIn(repository, name));
	const bundle = await packOnce(t, [...files, '--repo', repository, '--quiet']);
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (bundle === undefined || host === undefined) return;
		for (const engine of ['shim', 'userns']) {
			const answer = await runOnHost(host, {
				argv: [...plainShell(name), '-c', session],
				bundle,
				env: {DYNPK_ENGINE: engine},
				noUserNamespaces: engine === 'shim',
			});
			const expected = {status: 0, signal: undefined, stdout: said, stderr: ''};
			t.deepEqual(answer, expected, `${name}, ${engine}`);
		}
	}
});
