/** What the host program tells of this machine, against what others know of it. */
import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync, realpathSync, statfsSync} from 'node:fs';
import {hostname, machine, release} from 'node:os';
import test from 'ava';
import {readElf} from '../../lib/elf/read-elf.js';
import type {HostFacts} from '../../lib/host/host-facts.js';
import {hostPath} from '../../lib/paths/paths.js';
import {compareNodes} from '../../lib/requirements/requirements.js';
import {runCommand} from '../helpers/run/command.js';
import {hostProgram, tellHost} from '../helpers/run/host-facts.js';
import {need} from '../helpers/run/need.js';

function say(command: string, ...words: readonly string[]): string {
	return execFileSync(command, words, {encoding: 'utf8'}).trim();
}

test('kernel, name and page size are those that uname and getconf tell', async t => {
	const facts = await tellHost();
	t.is(facts.name, hostname());
	const pageSize = Number(say('getconf', 'PAGESIZE'));
	t.deepEqual(facts.kernel, {release: release(), machine: machine(), pageSize});
});

test('the level is the highest that the loader supports, and no feature is one that the kernel has not', async t => {
	const {cpu} = await tellHost();
	const text = say('/lib64/ld-linux-x86-64.so.2', '--help');
	const levels = [...text.matchAll(/x86-64-v(?<level>\d) \(supported/gu)].map(([, level]) => level);
	t.is(cpu.level, Math.max(1, ...levels.map(Number)));
	const info = readFileSync('/proc/cpuinfo', 'utf8');
	const field = (name: string): string =>
		new RegExp(`^${name}\\s*: (?<value>.*)$`, 'mu').exec(info)?.groups?.value?.trim() ?? '';
	t.is(cpu.vendor, field('vendor_id'));
	t.is(cpu.model, field('model name'));
	const flags = new Set(field('flags').split(' '));
	t.true(cpu.features.length > 10);
	t.deepEqual(
		cpu.features.filter(feature => !flags.has(feature)),
		[],
	);
	const known = [
		...readFileSync('wrappers/host/cpu-x86.c', 'utf8').matchAll(/\{ "(?<name>\w+)", /gu),
	];
	t.deepEqual(
		new Set(cpu.features),
		new Set(known.map(([, name]) => name!).filter(name => flags.has(name))),
	);
});

for (const [cpu, level] of [
	['qemu64', 1],
	['Nehalem', 2],
	['Haswell', 3],
] as const) {
	test(`a ${cpu} has level ${level}`, async t => {
		if (!need(t, 'qemu-x86_64-static')) return;
		const facts = await tellHost(process.env, ['qemu-x86_64-static', '-cpu', cpu]);
		t.is(facts.cpu.level, level);
		t.is(facts.cpu.features.includes('avx2'), level === 3);
	});
}

test('of each library the nodes are those that another reader finds in its file', async t => {
	const {libc, libraries} = await tellHost();
	t.is(libc.kind, 'glibc');
	t.is(`glibc ${libc.version ?? ''}`, say('getconf', 'GNU_LIBC_VERSION'));
	t.true(libraries.some(({soname}) => soname === 'libc.so.6'));
	for (const {soname, path, highest, marks} of libraries) {
		const {versionDefinitions} = readElf(hostPath(path!));
		const nodes = versionDefinitions.filter(name => name !== soname && name !== 'GLIBC_PRIVATE');
		const expected: Record<string, string> = {};
		for (const name of nodes) {
			const {family, number} =
				/^(?<family>[A-Z]+)_(?<number>\d+(?:\.\d+)*)$/u.exec(name)?.groups ?? {};
			if (family === undefined || number === undefined) continue;
			if (compareNodes(number, expected[family] ?? '0') > 0) expected[family] = number;
		}

		t.deepEqual(highest, expected, soname);
		t.deepEqual(
			[...marks].sort(),
			nodes.filter(name => !/^[A-Z]+_\d+(?:\.\d+)*$/u.test(name)).sort(),
			soname,
		);
	}
});

test('distribution, shell and file systems are those of this machine', async t => {
	const facts = await tellHost({PATH: '/usr/bin', HOME: '/', SHELL: '/bin/odd', TMPDIR: '/proc'});
	const release = readFileSync('/etc/os-release', 'utf8');
	t.true(release.includes(`ID=${facts.distribution.id ?? '-'}\n`));
	t.true(release.includes(`PRETTY_NAME="${facts.distribution.title ?? '-'}"\n`));
	t.deepEqual(facts.shell, {login: '/bin/odd', sh: realpathSync('/bin/sh')});
	const place = (name: string): HostFacts['places'][number] =>
		facts.places.find(found => found.name === name)!;
	const {type, bsize, files} = statfsSync('/');
	const home = place('$HOME');
	if (type === 0xef53) t.is(home.fileSystem, 'ext4');
	t.true(home.freeBytes! % bsize === 0 && home.freeInodes! <= files);
	t.is(say('stat', '-f', '-c', '%T', '/dev/shm'), place('/dev/shm').fileSystem!);
	t.is(place('$TMPDIR').fileSystem, '0x00009fa0');
	t.is(place('$TMPDIR').readOnly, !readFileSync('/proc/mounts', 'utf8').includes(' /proc proc rw'));
});

test('whatever bytes a variable has, the answer is JSON, and a page has no escapes', async t => {
	const names = ['HOME', 'SHELL', 'LD_PRELOAD', 'LOADEDMODULES', 'TMPDIR', 'MODULESHOME'];
	const hostile = "v=$(printf '/\\377\\302\\233\\033[31m\"\\\\\\n\\001x')";
	const set = names.map(name => `${name}="$v"`).join(' ');
	const script = `${hostile}; env -i ${set} "$0" "$1"`;
	const {stdout} = await runCommand('sh', ['-c', script, hostProgram(), '--json']);
	const facts = JSON.parse(stdout) as HostFacts;
	t.is(facts.shell.login, '/\ufffd\u009b\u001b[31m"\\\n\u0001x');
	t.is(facts.preloads.variable, facts.shell.login);
	const page = await runCommand('sh', ['-c', script, hostProgram(), '--page']);
	t.regex(page.stdout, /^ {2}login +\/\ufffd\?\?\[31m"\\\?\?x$/mu);
	t.notRegex(page.stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/u);
});

test('jobs, modules and what lies on PATH are told by name, and no value of a job is', async t => {
	const facts = await tellHost({
		PATH: '/nowhere:relative::/usr/bin',
		SLURM_JOB_ID: '71',
		SLURM_SECRET: 'hidden',
		PMIX_RANK: '0',
		SLURM_TMPDIR: '/tmp',
		L_SCRATCH: 'relative',
		LMOD_VERSION: '8.7',
		MODULESHOME: '/opt/lmod',
		LOADEDMODULES: 'b/2:a/1:b/2',
	});
	t.is(facts.scheduler.kind, 'slurm');
	t.true(facts.scheduler.isInJob);
	const names = ['PMIX_RANK', 'SLURM_JOB_ID', 'SLURM_SECRET', 'SLURM_TMPDIR'];
	t.deepEqual(facts.scheduler.variables, names);
	t.false(JSON.stringify(facts).includes('hidden'));
	const modules = {kind: 'lmod', version: '8.7', home: '/opt/lmod', loaded: ['a/1', 'b/2']};
	t.deepEqual(facts.modules, modules);
	const [slurm] = facts.places;
	t.is(slurm?.name, '$SLURM_TMPDIR');
	t.false(facts.places.some(({name}) => name === '$L_SCRATCH' || name === '$HOME'));
	const scratch = facts.places.find(({name}) => name === '/lscratch/$SLURM_JOB_ID');
	t.is(scratch?.path, '/lscratch/71');
	for (const {name, path} of facts.mpi) {
		t.true(existsSync(path!), name);
	}
});

test('two answers are the same, but for the room that is left', async t => {
	const [one, other] = await Promise.all([tellHost(), tellHost()]);
	const still = (facts: HostFacts): string =>
		JSON.stringify(facts).replace(/"free(?:Bytes|Inodes)":\d+/gu, '');
	t.is(still(one), still(other));
});

test('for each null there is a reason, at its place', async t => {
	const facts = await tellHost({});
	const nulls: string[] = [];
	const look = (value: unknown, at: string): void => {
		if (value === null) nulls.push(at);
		if (typeof value !== 'object' || value === null || at === '/untold') return;
		for (const [name, part] of Object.entries(value)) look(part, `${at}/${name}`);
	};
	look(facts, '');
	t.true(nulls.length > 3);
	t.deepEqual(nulls.sort(), Object.keys(facts.untold).sort());
});

test('of another machine the same program tells, of its own libraries', async t => {
	const i686 = await tellHost(process.env, [], 'i686');
	t.is(i686.cpu.architecture, 'i686');
	t.is(i686.kernel.machine, machine());
	t.is(i686.cpu.level, (await tellHost()).cpu.level);
	t.false(i686.libraries.some(({path}) => path!.includes('x86_64')));
	if (!need(t, 'qemu-aarch64-static')) return;
	const aarch64 = await tellHost(process.env, ['qemu-aarch64-static'], 'aarch64');
	t.is(aarch64.cpu.architecture, 'aarch64');
	t.is(aarch64.cpu.level, null);
	t.true(aarch64.cpu.features.includes('asimd'));
});

test('an option that it has not is told, with status 2', async t => {
	t.deepEqual(await runCommand(hostProgram(), ['--jsn']), {
		status: 2,
		signal: null,
		stdout: '',
		stderr: 'dynpk: --jsn is no option of host: --help lists them\n',
	});
	const {stdout} = await runCommand(hostProgram(), ['--help']);
	t.regex(stdout, /--json/u);
});
