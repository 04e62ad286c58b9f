/** Python and what is written in it: the first story that dynpk was made for. */
import {script, testOnHosts} from '../helpers/run/on-hosts.js';
import {bundlePlace} from '../hosts/lib/prepare-entry.js';

const ipython = ['/usr/bin/ipython3'];
const interpreter = `${bundlePlace}/root/usr/bin/python3`;

function ipythonRun(lines: readonly string[]) {
	return {argv: ['bin/ipython3', '--no-banner', '--colors=NoColor', '-c', lines.join('\n')]};
}

testOnHosts('ipython3 imports modules with libraries of their own', {
	pack: ipython,
	run: ipythonRun([
		'import ctypes, decimal, sqlite3, ssl, zlib',
		'print(decimal.Decimal("0.1") + decimal.Decimal("0.2"))',
		'print(sqlite3.connect(":memory:").execute("select 6*7").fetchone())',
		'print(ctypes.CDLL(None).abs(-5), ssl.OPENSSL_VERSION.split()[0], zlib.crc32(b"x"))',
	]),
	stdout: `0.3\n(42,)\n5 OpenSSL 2363233923\n`,
});

testOnHosts('sys.executable is the launcher, and starts a child that works', {
	pack: ipython,
	run: ipythonRun([
		'import subprocess, sys',
		'print(sys.executable)',
		'code = "import sys, ssl; print(sys.executable, sys.argv[1:])"',
		'sys.stdout.flush()',
		'print(subprocess.run([sys.executable, "-c", code, "a b", ""]).returncode)',
	]),
	stdout: `${interpreter}\n${interpreter} ['a b', '']\n0\n`,
});

testOnHosts('ctypes.util.find_library knows the bundle’s libraries, and no others', {
	pack: ipython,
	run: ipythonRun([
		'import ctypes',
		'from ctypes.util import find_library',
		'print(*map(find_library, ["c", "z", "ssl", "sqlite3", "magic"]))',
		'print(ctypes.CDLL(find_library("z")).zlibVersion is not None)',
	]),
	stdout: 'libc.so.6 libz.so.1 libssl.so.3 libsqlite3.so.0 None\nTrue\n',
});

const spawning = [
	'import multiprocessing, os',
	'def square(x):',
	'    return x * x, sorted(name for name in os.environ if name.startswith("LD_"))',
	'if __name__ == "__main__":',
	'    multiprocessing.set_start_method("spawn")',
	'    with multiprocessing.Pool(2) as pool:',
	'        print(pool.map(square, [1, 2, 3]))',
].join('\n');

testOnHosts('multiprocessing with spawn works, and no LD_ variable is handed on', {
	pack: ipython,
	run: {argv: ['root/usr/bin/python3', '/opt/spawning.py'], files: {'/opt/spawning.py': spawning}},
	stdout: '[(1, []), (4, []), (9, [])]\n',
});

testOnHosts('python3 -m venv makes an environment whose python starts through the bundle', {
	pack: ipython,
	run: script(
		`root/usr/bin/python3 -m venv --without-pip ~/'my env' && ~/'my env/bin/python' -c '
import sys, ssl
print(sys.prefix, sys.base_prefix, sys.executable, sep="\\n")'`,
	),
	stdout: `/home/user/my env\n${bundlePlace}/root/usr\n/home/user/my env/bin/python\n`,
});

testOnHosts('six levels of children through sys.executable leave no trace in the environment', {
	pack: ipython,
	run: script(`cat > ~/nest.py <<'END'
import os, subprocess, sys
depth = int(sys.argv[1])
if depth:
    sys.exit(subprocess.run([sys.executable, __file__, str(depth - 1)]).returncode)
print([name for name in os.environ if name.startswith("LD_")], len(os.environ["PATH"].split(":")))
sys.stdout.flush()
sys.exit(subprocess.run(["ls", "/bin/sh"]).returncode)
END
root/usr/bin/python3 ~/nest.py 6`),
	stdout: /^\[\] \d\n\/bin\/sh\n$/,
});

testOnHosts('python3 with the package python3-numpy multiplies matrices', {
	pack: ['/usr/bin/python3', 'deb:python3-numpy'],
	run: {
		argv: [
			'bin/python3',
			'-c',
			'import numpy; print(numpy.dot([[1, 2], [3, 4]], [[5, 6], [7, 8]]).tolist())',
		],
	},
	stdout: '[[19, 22], [43, 50]]\n',
});

testOnHosts('python3-magic finds its database', {
	pack: ['/usr/bin/python3', 'deb:python3-magic'],
	run: {
		argv: ['bin/python3', '-c', 'import magic; print(magic.from_file("dynpk.json"))'],
	},
	stdout: 'JSON text data\n',
});
