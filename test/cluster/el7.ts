/** Nodes whose userland is EL7's: the first recipes of docs/clusters.md again. */
import {chmodSync, copyFileSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {entriesOf, isTidy} from '../helpers/run/run-files.js';
import {clusterOfFile} from './lib/cluster-of-file.js';
import {nodeNames, type Cluster} from './lib/cluster.js';
import {families, helloOf, openMpi, ranksIn, warningsIn} from './lib/mpi-programs.js';

async function prepare(t: ExecutionContext): Promise<Cluster | undefined> {
	const host = await needHost(t, 'el7');
	return host === undefined || !need(t, 'gcc') ? undefined : clusterOfFile(t, host.root);
}

async function pack(t: ExecutionContext, program: string, file: string): Promise<void> {
	const {status, stderr} = await runDynpk(['pack', program, '--quiet', '-o', file]);
	t.is(status, 0, stderr);
}

test.serial('of eight tasks on two nodes of EL7 one on each unpacks, and all start', async t => {
	const cluster = await prepare(t);
	if (cluster === undefined) return;
	copyFileSync('/usr/bin/head', cluster.shared('bare'));
	await pack(t, '/usr/bin/head', cluster.shared('head.run'));
	const {status, stdout, stderr} = await cluster.run(
		['srun', '--nodes=2', '--ntasks=8', './head.run', '-n1', '/etc/redhat-release'],
		{DYNPK_EXPLAIN: '1'},
	);
	t.is(status, 0, stderr);
	t.deepEqual(
		stdout.trimEnd().split('\n'),
		Array.from({length: 8}, () => 'CentOS Linux release 7.9.2009 (Core)'),
	);
	t.is(stderr.match(/dynpk: cache: unpacking /gu)?.length, 2, stderr);
	for (const node of nodeNames) {
		const cache = cluster.tmpOf(node, 'dynpk-0');
		t.is(entriesOf(cache).filter(name => name.length === 64).length, 1, node);
		t.true(isTidy(cache), node);
	}

	// What EL7's own loader says of it.
	chmodSync(cluster.shared('bare'), 0o755);
	const bare = await cluster.run(['srun', './bare', '/etc/redhat-release']);
	t.regex(bare.stderr, /version `GLIBC_2\.\d+' not found/u);
});

for (const family of families) {
	test.serial(`ranks of ${family.family} find each other on two nodes of EL7`, async t => {
		const cluster = await prepare(t);
		if (cluster === undefined || !need(t, family.compiler)) return;
		await pack(t, await helloOf(family), cluster.shared(family.file));
		const plugin = family.speaks === 'PMI' ? 'pmi2' : 'pmix';
		const {status, stdout, stderr} = await cluster.run(
			['srun', `--mpi=${plugin}`, '--nodes=2', '--ntasks-per-node=2', `./${family.file}`],
			openMpi,
		);
		t.deepEqual([status, ranksIn(stdout)], [0, ['0 of 4', '1 of 4', '2 of 4', '3 of 4']], stderr);
		t.deepEqual(warningsIn(stderr), []);
	});
}
