/**
 * One at a time among all processes of this machine.
 *
 * Node.js has no file locks, so flock(1) holds one for us, together with a child that ends when our
 * end of its input closes. A builder that is killed thereby gives its lock back.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';

/** Do `work` while holding the lock file `path`, which is left behind for the next one. */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
	const holder = spawn('flock', ['--exclusive', path, 'sh', '-c', 'echo held; exec cat'], {
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	const ended = once(holder, 'close');
	const held = once(holder.stdout, 'data').then(() => true);
	if (!(await Promise.race([held, ended.then(() => false)]))) {
		throw new Error(`cannot lock ${path}`);
	}

	try {
		return await work();
	} finally {
		holder.stdin.end();
		await ended;
	}
}
