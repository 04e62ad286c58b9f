/**
 * What a program started by the native launcher is to itself and to others: its own name, its own
 * file, whatever loader is behind it. A shell launcher cannot promise this.
 */
import {script, testOnHosts} from '../helpers/run/on-hosts.js';
import {bundlePlace} from '../hosts/lib/prepare-entry.js';

const native = ['--launcher', 'native'];

const asks = `import os, sys
with open("/proc/self/comm") as comm:
    print(comm.read().strip(), os.readlink("/proc/self/exe"), sys.orig_argv[0], flush=True)
if len(sys.argv) == 2:
    os.execv("/proc/self/exe", [sys.executable, *sys.argv, "again"])
`;

const executable = `${bundlePlace}/root/usr/bin/python3.11`;

testOnHosts(
	'comm, /proc/self/exe and argv[0] are the program’s own, and it can be executed again',
	{
		pack: ['/usr/bin/python3', ...native],
		run: {argv: ['bin/python3', '/opt/asks.py', 'once'], files: {'/opt/asks.py': asks}},
		stdout: `python3 ${executable} bin/python3\nexe ${executable} ${bundlePlace}/bin/python3\n`,
	},
);

const nesting = `
const {spawnSync} = require('child_process');
const depth = Number(process.argv[2]);
if (depth === 0) console.log(process.execPath, Object.keys(process.env).filter(name => /^LD_/.test(name)));
else process.exit(spawnSync(process.execPath, [__filename, depth - 1], {stdio: 'inherit'}).status + 1);
`;

testOnHosts('node starts itself by process.execPath, six deep', {
	pack: [process.execPath, ...native],
	run: {argv: ['bin/node', '/opt/nesting.js', '6'], files: {'/opt/nesting.js': nesting}},
	stdout: `${bundlePlace}/root${process.execPath} []\n`,
	status: 6,
});

testOnHosts('perl knows itself as $^X and starts itself', {
	pack: ['/usr/bin/perl', ...native],
	run: {
		argv: ['bin/perl', '-e', 'print "$^X\\n"; exec {$^X} "other", "-e", q(print "$^X\\n"; exit 3)'],
	},
	stdout: `${bundlePlace}/root/usr/bin/perl\n${bundlePlace}/root/usr/bin/perl\n`,
	status: 3,
});

testOnHosts('bash starts itself by $BASH, and a script of the host through env', {
	pack: ['/usr/bin/bash', ...native],
	run: script(
		`printf '#!/usr/bin/env bash\\necho "$BASH" "$1"\\n' > ~/s && chmod +x ~/s && PATH="$PWD/bin:$PATH" ~/s x &&
		bin/bash -c '"$BASH" -c "read name </proc/\\$\\$/comm; echo \\$name"'`,
	),
	stdout: `${bundlePlace}/root/usr/bin/bash x\nbash\n`,
});

testOnHosts('a script of a package is told the path that it has here, and finds itself there', {
	pack: ['/usr/bin/zgrep', ...native],
	run: script(`PATH="$PWD/bin:$PATH"; zgrep --help | head -n 1; echo found | zgrep und`),
	stdout: 'Usage: /usr/bin/zgrep [OPTION]... [-e] PATTERN [FILE]...\nfound\n',
});

testOnHosts('without an engine it is told the path in the bundle', {
	pack: ['/usr/bin/zgrep', ...native],
	run: script('PATH="$PWD/bin:$PATH"; zgrep --help | head -n 1', {DYNPK_ENGINE: 'direct'}),
	stdout: `Usage: ${bundlePlace}/root/usr/bin.dynpk/zgrep [OPTION]... [-e] PATTERN [FILE]...\n`,
});
