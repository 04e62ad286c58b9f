/** The cluster that the tests of one file share: started by the first that asks, ended with the file. */
import test, {type ExecutionContext} from 'ava';
import {startCluster, type Cluster} from './cluster.js';

let started: Promise<Cluster | undefined> | undefined;

test.after.always('end the cluster', async () => {
	await (await started?.catch(() => undefined))?.end();
});

/** `userland`: as for `startCluster`; the same for all tests of a file. */
export async function clusterOfFile(
	t: ExecutionContext,
	userland?: string,
): Promise<Cluster | undefined> {
	started ??= startCluster(t, userland);
	return started;
}
