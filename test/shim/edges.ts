/**
 * Programs at the edges: small stacks, bad pointers, sandboxes, threads, other roots. Each says the
 * same through the shim as in the mounted view.
 */
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {need} from '../helpers/run/need.js';
import {compiledBy} from '../helpers/worlds/made-file.js';
import {makeView} from './lib/make-view.js';
import {host, packed} from './lib/view-cases.js';

const source = fileURLToPath(new URL('../../../test/shim/lib/edges.c', import.meta.url));

const edges = {
	handler: 'a signal handler has its 8 KiB of stack for itself',
	pointers: 'a path that cannot be read is for the kernel to refuse',
	depth: 'directories deeper than any path are gone through name by name',
	errno: 'a stream without a descriptor is closed without a trace in errno',
	commands: 'commands of several threads leave the signals as they were',
	pipes: 'a pipe that fclose() closed is waited for, and forgotten',
	thread: 'a thread may have a working directory of its own',
	sandbox: 'a sandbox that allows what the program asks for need allow nothing else',
	root: 'in another root nothing of the bundle is seen',
	over: 'what is mounted over a path of the bundle is seen there',
	pivot: 'a root that was exchanged shows nothing of the bundle',
	back: 'a root that is left again shows the bundle',
	descriptor: 'a packed program is started from a descriptor of its directory',
	closed: 'closing all descriptors takes nothing away',
};

for (const [name, title] of Object.entries(edges)) {
	test(title, async t => {
		if (!need(t, 'gcc', 'unshare', 'setpriv', 'mount')) return;
		const probe = await compiledBy('gcc', ['-O1', source, '-pthread']);
		const inner = {'host/root/opt/view/share/magic': {kind: 'file', content: 'inner\n'}} as const;
		const view = await makeView(t, {...host, ...inner}, packed);
		const [subject, oracle] = await Promise.all([
			view.run('shim', [probe, name], ''),
			view.run('mounts', [probe, name], ''),
		]);
		t.not(oracle, '');
		t.is(subject, oracle);
	});
}
