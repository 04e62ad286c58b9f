/** What hosts unlike this one tell of themselves. */
import {readFileSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import type {HostFacts} from '../../lib/host/host-facts.js';
import {parseHostFacts} from '../../lib/host/read-host-facts.js';
import type {HostName} from '../hosts/lib/recipes.js';
import {runOnHost, type CapturedRun} from '../hosts/lib/run-on-host.js';
import {hostProgram} from '../helpers/run/host-facts.js';
import {needHost} from '../helpers/run/host-need.js';

const program = readFileSync(hostProgram());

/** `undefined` where there is no such host here. */
async function tellOf(
	t: ExecutionContext,
	name: HostName,
	request: Partial<CapturedRun> = {},
): Promise<HostFacts | undefined> {
	const host = await needHost(t, name);
	if (host === undefined) return undefined;
	const files = {...request.files, '/opt/host': {content: program, mode: 0o755}};
	const answer = await runOnHost(host, {...request, argv: ['/opt/host', '--json'], files});
	t.is(answer.stderr, '');
	t.is(answer.status, 0);
	return parseHostFacts(Buffer.from(answer.stdout), name);
}

test('a host that has nothing tells so', async t => {
	const facts = await tellOf(t, 'empty');
	if (facts === undefined) return;
	t.deepEqual(facts.libc, {kind: null, version: null, muslLoader: null});
	t.deepEqual(facts.libraries, []);
	const {id, source} = facts.distribution;
	t.deepEqual([id, source], [null, null]);
	t.deepEqual([facts.userNamespaces, facts.ptrace], [{works: true}, {works: true}]);
	t.is(facts.fuse.why, 'there is no /dev/fuse');
	t.is(facts.places.find(({name}) => name === '/tmp')?.fileSystem, 'tmpfs');
});

test('without /proc, home and PATH it is the same', async t => {
	const env = {HOME: undefined, PATH: undefined, TERM: undefined};
	const facts = await tellOf(t, 'empty', {noProc: true, env});
	if (facts === undefined) return;
	t.false(facts.places.some(({name}) => name === '$HOME'));
	// It is the write to /proc/self/uid_map that is in the way.
	t.false(facts.userNamespaces.works);
	t.true(facts.ptrace.works);
});

test('what is forbidden is tried, and a place for no programs is told', async t => {
	const facts = await tellOf(t, 'empty', {noUserNamespaces: true, noexecTmp: true});
	if (facts === undefined) return;
	t.false(facts.userNamespaces.works);
	t.regex(facts.userNamespaces.why!, /user namespaces/u);
	const tmp = facts.places.find(({name}) => name === '/tmp');
	t.deepEqual([tmp?.noexec, tmp?.readOnly, tmp?.writable], [true, false, true]);
});

test('Debian 11 has nodes up to GLIBC_2.30 in libc and 2.31 in libm, and CentOS 7 those of 2.17', async t => {
	const facts = await tellOf(t, 'bullseye');
	if (facts === undefined) return;
	t.is(facts.libc.version, '2.31');
	const highest = new Map(facts.libraries.map(library => [library.soname, library.highest]));
	t.deepEqual(highest.get('libc.so.6'), {GLIBC: '2.30'});
	t.deepEqual(highest.get('libm.so.6'), {GLIBC: '2.31'});
	t.deepEqual([facts.distribution.id, facts.distribution.versionId], ['debian', '11']);
	const el7 = await tellOf(t, 'el7');
	if (el7 === undefined) return;
	t.is(el7.libc.version, '2.17');
	const of = (soname: string): unknown =>
		el7.libraries.find(library => library.soname === soname)?.highest;
	t.deepEqual(of('libc.so.6'), {GLIBC: '2.17'});
	t.deepEqual(of('libstdc++.so.6'), {GLIBCXX: '3.4.19', CXXABI: '1.3.7'});
	t.deepEqual(of('libgcc_s.so.1'), {GCC: '4.8.0'});
	t.is(el7.distribution.title, 'CentOS Linux 7 (Core)');
});

test('a cluster is told by its files: Slurm’s plug-ins, preloads, an old release', async t => {
	const facts = await tellOf(t, 'empty', {
		files: {
			'/usr/lib64/slurm/mpi_pmix_v4.so': '',
			'/usr/lib64/slurm/mpi_pmi2.so': '',
			'/usr/lib64/slurm/auth_munge.so': '',
			'/usr/bin/sbatch': {content: '#!/bin/sh\nexit 99\n', mode: 0o755},
			'/usr/bin/mpirun': {content: '#!/bin/sh\nexit 99\n', mode: 0o755},
			'/etc/ld.so.preload': '/opt/xalt/libxalt.so  /opt/b.so\n',
			'/etc/redhat-release': 'CentOS release 6.10 (Final)\n',
		},
	});
	if (facts === undefined) return;
	t.deepEqual(facts.scheduler.mpiPlugins, ['mpi_pmi2.so', 'mpi_pmix_v4.so']);
	t.is(facts.scheduler.kind, 'slurm');
	t.false(facts.scheduler.isInJob);
	const at = (name: string): object => ({
		name,
		path: `/usr/bin/${name}`,
		target: `/usr/bin/${name}`,
	});
	t.deepEqual(facts.scheduler.programs, [at('sbatch')] as unknown as typeof facts.mpi);
	t.deepEqual(facts.mpi, [at('mpirun')] as unknown as typeof facts.mpi);
	t.deepEqual(facts.preloads.file, ['/opt/b.so', '/opt/xalt/libxalt.so']);
	const title = 'CentOS release 6.10 (Final)';
	const source = '/etc/redhat-release';
	t.deepEqual(facts.distribution, {id: null, versionId: null, title, source});
});
