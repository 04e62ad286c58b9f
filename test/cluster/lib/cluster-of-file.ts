/** The cluster that the tests of one file share: started by the first that asks, ended with the file. */
import test, {type ExecutionContext} from 'ava';
import {startCluster, type Cluster} from './cluster.js';

let started: Promise<Cluster | undefined> | undefined;

test.after.always('end the cluster', async () => {
	await (await started?.catch(() => undefined))?.end();
});

export async function clusterOfFile(t: ExecutionContext): Promise<Cluster | undefined> {
	started ??= startCluster(t);
	return started;
}
