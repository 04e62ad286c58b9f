import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {
	chmodSync,
	mkdirSync,
	openSync,
	closeSync,
	readFileSync,
	readdirSync,
	statSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import {runCommand} from '../helpers/run/command.js';
import {missingHere, need} from '../helpers/run/need.js';
import {packCommand, runPackChild} from '../helpers/run/run-pack-child.js';
import {makeScratchPlace, type ScratchPlace} from '../helpers/worlds/scratch-place.js';

const forms = ['tar', 'tar.gz', 'tar.zst', 'directory'] as const;

/** Files of 3 MiB each that do not compress. */
function makeInput(scratch: ScratchPlace, count: number): string {
	const input = scratch.path('input');
	mkdirSync(input);
	for (let file = 0; file < count; file += 1) {
		const bytes = createHash('shake256', {outputLength: 3 << 20})
			.update(String(file))
			.digest();
		writeFileSync(`${input}/${String(file).padStart(3, '0')}`, bytes);
	}

	return input;
}

test('time zone, umask, threads and directory change no byte of an archive', async t => {
	const scratch = makeScratchPlace(t);
	const input = makeInput(scratch, 4);
	mkdirSync(scratch.path('elsewhere'));
	for (const form of ['tar', 'tar.gz', 'tar.zst'] as const) {
		const worlds = [
			{output: scratch.path(`a.${form}`), umask: 0o077, TZ: 'Asia/Kathmandu', threads: '1'},
			{output: scratch.path(`elsewhere/b.${form}`), umask: 0o002, TZ: 'UTC', threads: '7'},
		];
		for (const {output, umask, TZ, threads} of worlds) {
			const env = {...process.env, TZ, UV_THREADPOOL_SIZE: threads};
			const report = await runPackChild({input, output, form, umask}, {env});
			t.is(report.code, 'OK');
			t.is(statSync(output).mode & 0o777, 0o666 & ~umask);
		}

		const [a, b] = worlds.map(({output}) => readFileSync(output));
		t.true(a!.equals(b!), form);
	}
});

test('a umask changes no mode of a directory either', async t => {
	const scratch = makeScratchPlace(t);
	const input = makeInput(scratch, 1);
	const output = scratch.path('out');
	await runPackChild({input, output, form: 'directory', umask: 0o077});
	t.is(statSync(output).mode & 0o7777, 0o755);
	t.is(statSync(`${output}/000`).mode & 0o7777, 0o640);
});

for (const form of forms) {
	test(`SIGINT in the middle of a ${form} leaves nothing behind`, async t => {
		const scratch = makeScratchPlace(t);
		const input = makeInput(scratch, 3);
		const order = {input, output: scratch.path('out'), form, endless: true} as const;
		const [command, ...args] = packCommand(order);
		const child = spawn(command, args, {stdio: ['ignore', 'pipe', 'inherit']});
		let stdout = '';
		child.stdout.setEncoding('utf8').on('data', (text: string) => {
			if (stdout === '') child.kill('SIGINT');
			stdout += text;
		});
		await once(child, 'close');
		t.regex(stdout, /^running\n\{"code":"INTERRUPTED"/u);
		t.deepEqual(readdirSync(scratch.directory), ['input']);
	});

	test(`a file system that fills up under a ${form} is NO_SPACE, and nothing is left on it`, async t => {
		if (!(await canMount(t))) return;
		const scratch = makeScratchPlace(t);
		const input = makeInput(scratch, 6);
		const small = scratch.path('small');
		mkdirSync(small);
		const script = `
			mount -t tmpfs -o size=4m none "$0" || exit 99
			"$@" || exit
			ls -A "$0"`;
		const order = {input, output: `${small}/out`, form};
		const args = ['-Urm', 'sh', '-c', script, small, ...packCommand(order)];
		const {stdout, stderr, status} = await runCommand('unshare', args);
		t.deepEqual([status, stderr], [0, '']);
		t.regex(
			stdout,
			/^\{"code":"NO_SPACE","message":"cannot write [^\n]*: no space left"[^\n]*\}\n$/u,
		);
	});

	test(`a limit on the size of files is NO_SPACE for a ${form}, and nothing is left`, async t => {
		if (!need(t, 'prlimit')) return;
		const scratch = makeScratchPlace(t);
		const input = makeInput(scratch, 2);
		const wrapper = ['prlimit', `--fsize=${2 << 20}`];
		const report = await runPackChild({input, output: scratch.path('out'), form}, {wrapper});
		t.is(report.code, 'NO_SPACE');
		t.deepEqual(readdirSync(scratch.directory), ['input']);
	});

	test(`where the output directory is read-only, a ${form} is PERMISSION`, async t => {
		if (!(await canMount(t))) return;
		const scratch = makeScratchPlace(t);
		const input = makeInput(scratch, 1);
		const sealed = scratch.path('sealed');
		mkdirSync(sealed);
		const script = 'mount -t tmpfs -o ro none "$0" || exit 99; exec "$@"';
		const wrapper = ['unshare', '-Urm', 'sh', '-c', script, sealed];
		const report = await runPackChild({input, output: `${sealed}/out`, form}, {wrapper});
		t.is(report.code, 'PERMISSION');
		t.regex(report.message, /the file system is read-only/u);
	});
}

test('a directory that we may not write to is PERMISSION', async t => {
	const scratch = makeScratchPlace(t);
	const input = makeInput(scratch, 1);
	const sealed = scratch.path('sealed');
	mkdirSync(sealed);
	chmodSync(sealed, 0o555);
	// Root may write anywhere, so root gives up that right first.
	const wrapper =
		process.getuid?.() === 0 ? ['setpriv', '--bounding-set', '-all', '--inh-caps', '-all'] : [];
	if (wrapper.length > 0 && !need(t, 'setpriv')) return;
	const order = {input, output: `${sealed}/out`, form: 'tar'} as const;
	const report = await runPackChild(order, {wrapper});
	t.is(report.code, 'PERMISSION');
	t.deepEqual(readdirSync(sealed), []);
});

test('400 MiB go through in less than 200 MiB of memory', async t => {
	const scratch = makeScratchPlace(t);
	const input = scratch.path('input');
	mkdirSync(input);
	const sizes = {large: 300 << 20, small: 3 << 20};
	const make = (name: string, size: number): void => {
		closeSync(openSync(`${input}/${name}`, 'w'));
		truncateSync(`${input}/${name}`, size);
	};
	make('large', sizes.large);
	for (let file = 0; file < 34; file += 1) make(`small${file}`, sizes.small);
	const report = await runPackChild({input, output: scratch.path('a.tar.gz'), form: 'tar.gz'});
	t.is(report.code, 'OK');
	t.true(report.peak < 200, `${report.peak} MiB`);
	t.log(`${report.peak} MiB at the peak`);
});

/** A mount of our own needs user namespaces. */
async function canMount(t: ExecutionContext): Promise<boolean> {
	if (!need(t, 'unshare', 'mount')) return false;
	const {status} = await runCommand('unshare', ['-Urm', 'true']);
	if (status !== 0) missingHere(t, 'needs user namespaces');
	return status === 0;
}
