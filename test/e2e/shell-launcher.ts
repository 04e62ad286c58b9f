/** The same programs with launchers in shell: what a machine without a native launcher offers. */
import {script, testOnHosts} from '../helpers/run/on-hosts.js';
import {bundlePlace} from '../hosts/lib/prepare-entry.js';

const byShell = ['--launcher', 'sh'];

testOnHosts('by a shell launcher, python starts children of itself and makes environments', {
	pack: ['/usr/bin/ipython3', ...byShell],
	run: script(`bin/ipython3 --no-banner -c 'import ssl, subprocess, sys
print(subprocess.run([sys.executable, "-c", "import sys; print(sys.executable)"], capture_output=True).stdout)' &&
		root/usr/bin/python3 -m venv --without-pip ~/env && ~/env/bin/python -c 'import sys; print(sys.prefix)'`),
	stdout: `b"${bundlePlace}/root/usr/bin/python3\\n"\n/home/user/env\n`,
});

testOnHosts('by a shell launcher, git commits, clones and starts its helpers', {
	pack: ['/usr/bin/git', ...byShell],
	run: script(
		`PATH="$PWD/bin:$PATH"; cd && git init -q one && cd one && git config user.email a@b && git config user.name A &&
		git commit -q --allow-empty -m first && git clone -q "file://$PWD" ../two && git -C ../two log --format=%s &&
		git -c protocol.file.allow=always submodule --quiet add "file://$HOME/two" sub && git submodule foreach --quiet 'echo $sm_path'`,
	),
	stdout: 'first\nsub\n',
});

testOnHosts('by a shell launcher, tclsh is the name that was asked for', {
	pack: ['/usr/bin/tclsh', ...byShell],
	run: script(`echo 'puts "$argv0 [info nameofexecutable]"' | bin/tclsh`),
	stdout: `bin/tclsh ${bundlePlace}/bin/tclsh\n`,
});
