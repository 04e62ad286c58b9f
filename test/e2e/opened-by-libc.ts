/** Libraries that the C library opens by itself travel in the smallest bundle that there is. */
import {rmSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {buildObjects} from '../helpers/elf/build-objects.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

/** Threads that leave or are cancelled, a stack, and a name that no host has, in Unicode. */
const source = `
#define _GNU_SOURCE
#include <execinfo.h>
#include <locale.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
static void *leave(void *answer) { pthread_exit(answer); }
static void *wait(void *unused) { for (;;) pause(); return unused; }
int main(void)
{
	pthread_t one, other;
	void *frames[8], *left, *cancelled;
	setlocale(LC_ALL, "C.UTF-8");
	pthread_create(&one, NULL, leave, frames);
	pthread_join(one, &left);
	pthread_create(&other, NULL, wait, NULL);
	pthread_cancel(other);
	pthread_join(other, &cancelled);
	struct addrinfo hints = {.ai_flags = AI_IDN | AI_NUMERICHOST}, *found;
	int answer = getaddrinfo("b\\u00fccher", NULL, &hints, &found);
	printf("%d %d %d %s\\n", left == frames, cancelled == PTHREAD_CANCELED,
	       backtrace(frames, 8) > 1, gai_strerror(answer));
	return 0;
}
`;

test('a thread ends, a stack is listed and a name is encoded with --scope closure', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildObjects(t, {prog: {libc: true, source}});
	const bundle = join(world.directory, 'bundle');
	const words = ['./prog', '--scope', 'closure', '--with', '/usr/lib/locale/C.utf8', '-o', bundle];
	const packed = await runDynpk(['pack', ...words], {cwd: world.directory});
	t.deepEqual([packed.status, packed.stderr], [0, '']);
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) continue;
		for (const engine of ['shim', 'direct', 'userns']) {
			const env = {DYNPK_ENGINE: engine, LC_ALL: 'C.UTF-8'};
			const answer = await runOnHost(host, {bundle, argv: ['bin/prog'], env});
			const stdout = '1 1 1 Name or service not known\n';
			const wanted = {status: 0, signal: undefined, stdout, stderr: ''};
			t.deepEqual(answer, wanted, `${name}, ${engine}`);
		}
	}

	const {files} = readManifest(join(bundle, 'dynpk.json'));
	const [library] = files.filter(({path}) => path.endsWith('/libgcc_s.so.1'));
	rmSync(join(bundle, library?.path ?? ''));
	const found = await runDynpk(['verify', bundle, '--static']);
	t.regex(
		found.stdout,
		/^NEEDED_NOT_IN_BUNDLE root\/.*prog.*: needs libgcc_s\.so\.1, which is not/mu,
	);
});
