/** Package files of another layout and of another architecture than this machine's. */
import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import test from 'ava';
import {architectureName} from '../../lib/elf/elf-machines.js';
import {readElf} from '../../lib/elf/read-elf.js';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {hostPath} from '../../lib/paths/paths.js';
import {debWorld} from '../helpers/packages/package-world-debs.js';
import {rpmWorld, type RpmLayout} from '../helpers/packages/package-world-rpms.js';
import {
	packFromWorld,
	testFromWorld,
	type WorldBundle,
} from '../helpers/packages/package-world-trial.js';
import {need} from '../helpers/run/need.js';

const packages = ['bash', 'coreutils', 'dash'];

/** Libraries in `/usr/lib64`, the loader too; the loader's own search would not look there. */
const enterpriseLinux: RpmLayout = {
	tar: ['--exclude=./usr/lib64/*', '--transform=s,usr/lib/x86_64-linux-gnu,usr/lib64,'],
	extra: {libc6: {'/etc/ld.so.conf': '/usr/lib64\n'}},
};
const lib64: WorldBundle = {
	world: async () => rpmWorld(await debWorld({suite: 'trixie', packages}), enterpriseLinux),
	packages: ['bash', 'coreutils'],
};

testFromWorld('programs of packages with /usr/lib64 and a link /lib64 run', {
	bundle: lib64,
	run: {argv: ['bin/bash', '-c', 'echo "$BASH_VERSION"; "$PWD/bin/expr" 6 \\* 7']},
	stdout: /^5\.2\.37\(\d\)-release\n42\n$/,
});

test.serial('every library of them comes from /usr/lib64', async t => {
	const bundle = await packFromWorld(t, lib64);
	if (bundle === undefined) {
		return;
	}

	const {objects, files, loaders} = readManifest(join(bundle, 'dynpk.json'));
	const libraries = new Set(
		objects.map(({path}) => path).filter(path => path.startsWith('root/usr/lib64/lib')),
	);
	const sources = files.filter(({path}) => libraries.has(path)).map(({source}) => source ?? '');
	t.true(sources.length >= 3);
	t.deepEqual(
		sources.filter(source => !source.startsWith('/usr/lib64/')),
		[],
	);
	t.deepEqual(
		loaders.map(loader => files.find(({path}) => path === loader.path)?.source),
		['/usr/lib64/ld-linux-x86-64.so.2'],
	);
});

const arm64: WorldBundle = {
	world: () => debWorld({suite: 'bookworm', architecture: 'arm64', packages}),
	packages,
};

test.serial('packages for aarch64 pack here, with a launcher for it, and run emulated', async t => {
	if (!need(t, 'aarch64-linux-gnu-gcc', 'qemu-aarch64-static')) {
		return;
	}

	const bundle = await packFromWorld(t, arm64);
	if (bundle === undefined) {
		return;
	}

	const program = join(bundle, 'bin/bash');
	t.is(architectureName(readElf(hostPath(program))), 'aarch64');
	// Without a helper for foreign programs in the kernel, only what bash does itself can be tried.
	const code = 'shopt -s lastpipe; read answer < <(echo $((6 * 7))); echo "$HOSTTYPE $answer"';
	const answer = execFileSync('qemu-aarch64-static', [program, '--norc', '-c', code], {
		encoding: 'utf8',
		env: {PATH: '/usr/bin:/bin'},
	});
	t.is(answer, 'aarch64 42\n');
});
