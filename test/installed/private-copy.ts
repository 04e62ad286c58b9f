/** A copy of somebody's database goes, whatever ends the work with it. */
import {spawnSync} from 'node:child_process';
import {mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {makeScratch} from '../helpers/worlds/scratch.js';

const modules = new URL('../../lib/', import.meta.url).href;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
	test(`${signal} while a copy is used ends us when the copy is gone`, t => {
		const [root, temporary] = [makeScratch(t), makeScratch(t)];
		mkdirSync(join(root, 'db'));
		writeFileSync(join(root, 'db/Packages'), 'records');
		const script = `
			import {readdirSync} from 'node:fs';
			const {withPrivateCopy} = await import('${modules}installed/private-copy.js');
			const {openSysroot} = await import('${modules}sysroot/open-sysroot.js');
			const sysroot = openSysroot(process.argv[1]);
			const place = {directory: '/db', below: [], isWanted: () => true, temporary: process.argv[2]};
			withPrivateCopy(sysroot, place, copy => {
				process.kill(process.pid, '${signal}');
				process.stdout.write(readdirSync(copy).join());
			});
			setTimeout(() => process.exit(3), 10_000);`;
		const argv = ['--input-type=module', '-e', script, root, temporary];
		const answer = spawnSync(process.execPath, argv, {encoding: 'utf8'});
		t.deepEqual([answer.stdout, answer.signal], ['Packages', signal], answer.stderr);
		t.deepEqual(readdirSync(temporary), []);
	});
}
