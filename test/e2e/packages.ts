/**
 * Package files as input: whole programs out of RPM and Debian packages of this release and of a
 * newer one, which never were installed here.
 */
import {debWorld} from '../helpers/packages/package-world-debs.js';
import {rpmWorld} from '../helpers/packages/package-world-rpms.js';
import {testFromWorld, type WorldBundle} from '../helpers/packages/package-world-trial.js';
import {bundlePlace} from '../hosts/lib/prepare-entry.js';
import {targetHosts} from '../hosts/lib/recipes.js';

const packages = ['bash', 'coreutils', 'dash', 'imagemagick', 'ipython3'];
const debs = (suite: 'bookworm' | 'trixie') => () => debWorld({suite, packages});
const rpms = (suite: 'bookworm' | 'trixie') => async () => rpmWorld(await debs(suite)());

const worlds: readonly {
	readonly what: string;
	readonly glibc: string;
	readonly bundle: Pick<WorldBundle, 'world'>;
}[] = [
	{what: 'RPM packages', glibc: '2.36', bundle: {world: rpms('bookworm')}},
	{what: 'RPM packages of a newer release', glibc: '2.41', bundle: {world: rpms('trixie')}},
	{what: 'Debian packages of a newer release', glibc: '2.41', bundle: {world: debs('trixie')}},
];

for (const {what, glibc, bundle} of worlds) {
	const programs = {...bundle, packages: ['ipython3', 'imagemagick'], further: ['convert']};
	const code = [
		'import ctypes, sqlite3, ssl, subprocess, sys, zlib',
		'print(ctypes.CDLL("libc.so.6").abs(-5), ssl.OPENSSL_VERSION.split()[0], zlib.crc32(b"x"))',
		'print(sqlite3.connect(":memory:").execute("select 6*7").fetchone())',
		'import os; print(os.confstr("CS_GNU_LIBC_VERSION"), flush=True)',
		'child = "import sys, ssl; print(sys.executable, sys.argv[1:])"',
		'print(subprocess.run([sys.executable, "-c", child, "a b", ""]).returncode)',
	];
	testFromWorld(`ipython3 of ${what} runs with their glibc and starts itself`, {
		bundle: programs,
		run: {argv: ['bin/ipython3', '--no-banner', '--colors=NoColor', '-c', code.join('\n')]},
		stdout:
			`5 OpenSSL 2363233923\n(42,)\nglibc ${glibc}\n` +
			`${bundlePlace}/root/usr/bin/python3 ['a b', '']\n0\n`,
		hosts: targetHosts,
	});

	testFromWorld(`convert of ${what} writes and reads pictures`, {
		bundle: programs,
		run: {
			argv: [
				'/bin/sh',
				'-c',
				'bin/convert -size 8x4 gradient: ~/a.png && bin/convert ~/a.png -rotate 90 ~/b.jpg && ' +
					`bin/convert ~/b.jpg -format '%m %wx%h' info:`,
			],
		},
		stdout: 'JPEG 4x8',
	});
}
