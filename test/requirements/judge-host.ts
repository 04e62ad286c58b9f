/** `--runs-on` of what a host told of itself. */
import {writeFileSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import {mergeHosts} from '../../lib/host/merge-hosts.js';
import type {HostFacts} from '../../lib/host/host-facts.js';
import {judgeHost, type HostSubject} from '../../lib/requirements/judge-host.js';
import type {HostName} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';
import {tellHost} from '../helpers/run/host-facts.js';
import {needHost} from '../helpers/run/host-need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratchPlace} from '../helpers/worlds/scratch-place.js';

const subject: HostSubject = {
	name: 'x',
	requirements: {highest: new Map(), marks: [], privates: [], kernel: undefined, cpu: undefined},
	architecture: 'x86_64',
	isBundle: false,
	musl: undefined,
};

function obstacles(asked: Partial<HostSubject>, host: HostFacts): string[] {
	return judgeHost({...subject, ...asked}, host).reasons.map(
		({needs, has}) => `${needs.name}, has ${has ?? 'none'}`,
	);
}

test('kernel, level, machine and loader of a host are held against what is needed', async t => {
	const told = await tellHost();
	const {requirements} = subject;
	const {kernel, cpu, libc} = told;
	const host: HostFacts = {
		...told,
		kernel: {...kernel, release: '3.10.0-1160.el7.x86_64'},
		cpu: {...cpu, level: 2},
		libc: {...libc, muslLoader: null},
	};
	t.deepEqual(obstacles({}, host), []);
	const newer = {...requirements, kernel: {name: '3.17.0', by: 'y'}};
	t.deepEqual(obstacles({requirements: newer}, host), ['Linux 3.17.0, has 3.10.0']);
	const older = {...requirements, kernel: {name: '3.10.0', by: 'y'}};
	t.deepEqual(obstacles({requirements: older}, host), []);
	const wide = {...requirements, cpu: {level: 3, by: 'y'}};
	t.deepEqual(obstacles({requirements: wide}, host), ['x86-64-v3, has x86-64-v2']);
	t.deepEqual(obstacles({architecture: 'aarch64'}, host), ['aarch64, has x86_64']);
	t.deepEqual(obstacles({architecture: 'i686'}, host), ['i686, has x86_64']);
	t.deepEqual(obstacles({architecture: 'i686', isBundle: true}, host), []);
	const musl = {name: '/lib/ld-musl-x86_64.so.1', by: 'y'};
	t.deepEqual(obstacles({musl}, host), ['/lib/ld-musl-x86_64.so.1, has none']);
});

test('of a cluster the host that lacks it is named', async t => {
	const told = await tellHost();
	const old = {...told, name: 'old', kernel: {...told.kernel, release: '3.10.0'}};
	const hosts = [told, {...told, name: 'n2'}, old].map(facts => ({source: facts.name, facts}));
	const requirements = {...subject.requirements, kernel: {name: '3.17.0', by: 'y'}};
	t.deepEqual(obstacles({requirements}, mergeHosts(hosts)), ['Linux 3.17.0, has 3.10.0 on old']);
});

/** Pack `ls`, have the bundle tell of a host, and ask about `ls` and about the bundle. */
async function askAbout(t: ExecutionContext, name: HostName): Promise<string[] | undefined> {
	const host = await needHost(t, name);
	if (host === undefined) return undefined;
	const scratch = makeScratchPlace(t);
	const cwd = scratch.directory;
	t.is((await runDynpk(['pack', 'ls', '-o', 'ls/'], {cwd})).status, 0);
	const argv = ['libexec/dynpk/host'];
	const answer = await runOnHost(host, {argv, bundle: scratch.path('ls')});
	t.deepEqual([answer.status, answer.stderr], [0, '']);
	writeFileSync(scratch.path('host.json'), answer.stdout);
	const asked = ['ls', './ls'].map(async path =>
		runDynpk(['inspect', path === 'ls' ? '/bin/ls' : path, '--runs-on', 'host.json'], {cwd}),
	);
	return (await Promise.all(asked)).map(
		({status, stdout, stderr}) => `${stderr}${status} ${stdout.replace(/^.*?: /u, '')}`,
	);
}

test('a bundle tells of Debian 11 and of a host with nothing, and what it says is read here', async t => {
	const bullseye = await askAbout(t, 'bullseye');
	if (bullseye !== undefined) {
		t.deepEqual(bullseye, ['1 no, needs GLIBC_2.34, has 2.31\n', '0 yes\n']);
	}

	const empty = await askAbout(t, 'empty');
	if (empty !== undefined) t.deepEqual(empty, ['1 no, needs GLIBC_2.34, has none\n', '0 yes\n']);
});

test('a bundle tells of CentOS 7, and what it says is read here', async t => {
	const el7 = await askAbout(t, 'el7');
	if (el7 !== undefined) t.deepEqual(el7, ['1 no, needs GLIBC_2.34, has 2.17\n', '0 yes\n']);
});

test('--runs-on this asks this machine, and a file that tells of no host is refused', async t => {
	const {status, stdout} = await runDynpk(['inspect', '/bin/ls', '--runs-on', 'this']);
	t.is(status, 0);
	t.regex(stdout, /: yes\n$/u);
	const scratch = makeScratchPlace(t);
	writeFileSync(scratch.path('bad.json'), '{"schema":');
	const cwd = scratch.directory;
	const bad = await runDynpk(['inspect', '/bin/ls', '--runs-on', 'bad.json'], {cwd});
	t.is(bad.status, 3);
	t.regex(
		bad.stderr,
		/^dynpk: .*bad\.json does not tell of a host: it is no JSON, or not all of it\nhint: /u,
	);
});
