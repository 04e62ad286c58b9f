/** The stub and the canary of the other architecture, under an emulator of its user mode. */
import {execFile} from 'node:child_process';
import {copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {encodeAuditRules} from '../../lib/audit/encode-audit-rules.js';
import {readAuditRecords} from '../../lib/audit/read-audit-records.js';
import {bundlePath} from '../../lib/paths/paths.js';
import {missingHere, need} from '../helpers/run/need.js';
import {auditScratch} from '../helpers/worlds/audit-world.js';
import {builtDirectory} from '../helpers/worlds/built-kit.js';

const execute = promisify(execFile);

test('aarch64: the canary runs in every mode as without, and enforce keeps out what is outside', async t => {
	const cross = '/usr/aarch64-linux-gnu/lib';
	if (!need(t, 'aarch64-linux-gnu-g++', 'qemu-aarch64-static')) return;
	if (!existsSync(cross)) return missingHere(t, `needs ${cross}`);
	const scratch = auditScratch(t);
	const top = join(scratch, 'bundle');
	const inner = join(top, 'libexec/dynpk');
	mkdirSync(join(top, 'lib'), {recursive: true});
	cpSync(builtDirectory('aarch64'), inner, {recursive: true});
	const names = ['ld-linux-aarch64.so.1', 'libc.so.6', 'libm.so.6', 'libgcc_s.so.1'];
	for (const name of [...names, 'libstdc++.so.6']) {
		copyFileSync(join(cross, name), join(top, 'lib', name));
	}

	copyFileSync(join(cross, names[0]!), join(inner, names[0]!));
	const rules = {mode: 'enforce', libraryPath: [bundlePath('lib')]} as const;
	const bytes = encodeAuditRules({...rules, hostProvided: [], allowed: []});
	writeFileSync(join(inner, 'audit.rules'), bytes);
	const canary = join(inner, 'canary');
	const loader = [join(inner, names[0]!), '--inhibit-cache', '--library-path', join(top, 'lib')];
	const audit = ['--audit', join(inner, 'libdynpk-audit.so')];
	const env = {...process.env};
	const runWith = async (...argv: readonly string[]) =>
		execute('qemu-aarch64-static', [...loader, ...argv], {env});

	const plain = await runWith(join(canary, 'canary'), canary);
	const enforced = await runWith(...audit, join(canary, 'canary'), canary);
	t.deepEqual(enforced, plain);
	t.is(plain.stdout.match(/^ok /gmu)?.length, 10);

	// The same objects from outside: every dlopen of the canary must fail.
	const outside = join(scratch, 'outside');
	cpSync(canary, outside, {recursive: true});
	const refused = await t.throwsAsync<Error & {stdout: string}>(
		runWith(...audit, join(canary, 'canary'), outside),
	);
	t.is(refused.stdout.match(/^failed tls-\S+: \/dev\/null\/dynpk: refused/gmu)?.length, 4);

	// The other modes let them in, and tell.
	env.DYNPK_AUDIT = 'warn';
	const warned = await runWith(...audit, join(canary, 'canary'), outside);
	t.is(warned.stdout, plain.stdout);
	t.true(
		warned.stderr.includes(`dynpk: uses ${outside}/libdynpk-canary-gd.so, outside the bundle`),
	);
	env.DYNPK_AUDIT = `record:${join(scratch, 'records')}`;
	t.is((await runWith(...audit, join(canary, 'canary'), canary)).stdout, plain.stdout);
	const {records} = readAuditRecords(readFileSync(join(scratch, 'records'), 'utf8'));
	t.true(records.some(({path}) => path === join(top, 'lib/libc.so.6')));
	env.DYNPK_AUDIT = 'off';
	t.deepEqual(await runWith(...audit, join(canary, 'canary'), outside), plain);
});
