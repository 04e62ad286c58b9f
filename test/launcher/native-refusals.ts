/** What the native launcher starts nothing for: one sentence, and 125 or its like. */
import {chmod, chown, copyFile, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {bundlePath} from '../../lib/paths/paths.js';
import {missingHere, need} from '../helpers/run/need.js';
import {call, scratch} from '../helpers/worlds/mini-bundle.js';
import {reportBundle} from './lib/report-bundle.js';

test('a launcher that was copied out of its bundle says so', async t => {
	const bundle = await reportBundle(t);
	if (bundle === undefined) return;
	const copy = join(await scratch(t), 'copy');
	await copyFile(bundle.start, copy);
	await chmod(copy, 0o755);
	t.deepEqual(await call(copy), {
		status: 125,
		stdout: '',
		stderr: `dynpk: cannot find the bundle of ${copy}: it does not lie at root/usr/bin/report in a bundle\n`,
	});
});

test('a kernel older than the bundle needs gets one sentence and 125', async t => {
	const bundle = await reportBundle(t, {
		spec: {requires: {kernel: [3, 2, 0], isa: 0, machine: 62, class: 64}},
	});
	if (bundle === undefined || !need(t, 'qemu-x86_64-static')) return;
	t.deepEqual(await call('/usr/bin/qemu-x86_64-static', ['-r', '2.6.18', bundle.start]), {
		status: 125,
		stdout: '',
		stderr: 'dynpk: root/usr/bin/report needs Linux 3.2.0 or newer, and this host runs 2.6.18\n',
	});
	t.is((await call('/usr/bin/qemu-x86_64-static', ['-r', '3.2.0', bundle.start])).status, 7);
});

test('a CPU below what the objects need gets one sentence and 125', async t => {
	const bundle = await reportBundle(t, {
		spec: {requires: {kernel: [0, 0, 0], isa: 4, machine: 62, class: 64}},
	});
	if (bundle === undefined || !need(t, 'qemu-x86_64-static')) return;
	t.deepEqual(await call('/usr/bin/qemu-x86_64-static', ['-cpu', 'Nehalem', bundle.start]), {
		status: 125,
		stdout: '',
		stderr:
			"dynpk: root/usr/bin/report needs a CPU of level x86-64-v3, and this host's is x86-64-v2\n",
	});
	t.is((await call('/usr/bin/qemu-x86_64-static', ['-cpu', 'Haswell', bundle.start])).status, 7);
});

test('no control character of a name reaches the terminal', async t => {
	const bundle = await reportBundle(t, {
		spec: {view: {engine: 'shim', reason: 'r', table: bundlePath('libexec/dynpk/paths.tbl')}},
	});
	if (bundle === undefined) return;
	const {status, stderr} = await call(bundle.start, [], {
		env: {DYNPK_ENGINE: 'a\u001b[2J\u009b2J\u0080\u009f\u00a0\u00dcb\u007f'},
	});
	t.is(status, 125);
	t.is(
		stderr,
		'dynpk: DYNPK_ENGINE is a?[2J?2J??\u00a0\u00dcb?, and there are auto, direct, shim and userns\n',
	);
});

test('a set-user-id launcher starts nothing', async t => {
	const bundle = await reportBundle(t);
	if (bundle === undefined) return;
	if (process.getuid?.() !== 0) return missingHere(t, 'needs root');
	const launcher = join(bundle.top, 'root/usr/bin/report');
	await chown(launcher, 65534, 65534);
	await chmod(launcher, 0o4755);
	t.deepEqual(await call(bundle.start, [], {env: {DYNPK_EXPLAIN: '1'}}), {
		status: 125,
		stdout: '',
		stderr:
			'dynpk: root/usr/bin/report was given more rights than its caller has, and refuses them: ' +
			'a bundle is no place for set-id programs\n',
	});
});

test('a missing loader is named', async t => {
	const bundle = await reportBundle(t);
	if (bundle === undefined) return;
	await rm(join(bundle.top, 'libexec/dynpk/ld.so'));
	t.deepEqual(await call(bundle.start), {
		status: 125,
		stdout: '',
		stderr: `dynpk: cannot open ${bundle.top}/libexec/dynpk/ld.so: no such file or directory\n`,
	});
});

test('a launcher that was cut off says so, wherever it ends', async t => {
	const bundle = await reportBundle(t);
	if (bundle === undefined) return;
	const place = join(bundle.top, bundle.spec.launcher);
	const whole = await readFile(place);
	const notComplete = {
		status: 125,
		stdout: '',
		stderr: 'dynpk: this launcher is not complete: copy or unpack its bundle again\n',
	};
	for (const size of [whole.length - 1, whole.length - 4096, whole.length / 2, 4095, 1500]) {
		await writeFile(place, whole.subarray(0, size));
		t.deepEqual(await call(bundle.start), notComplete, String(size));
	}

	for (const size of [1200, 800, 300, 64]) {
		await writeFile(place, whole.subarray(0, size));
		const {status, stderr} = await call('bash', ['-c', '"$0"', bundle.start]);
		t.is(status, 126, `the kernel refuses ${size} bytes: ${stderr}`);
	}
});

test('a damaged record is refused with one sentence', async t => {
	const bundle = await reportBundle(t);
	if (bundle === undefined) return;
	const place = join(bundle.top, bundle.spec.launcher);
	const bytes = await readFile(place);
	bytes.writeUInt32LE(99, bytes.lastIndexOf('DYNPKLR3') + 12);
	await writeFile(place, bytes);
	t.deepEqual(await call(bundle.start), {
		status: 125,
		stdout: '',
		stderr: 'dynpk: this launcher has no valid launch record: pack again\n',
	});
});
