/**
 * Large programs, packed once into one bundle: under `enforce` they run as without, on every host, `warn`
 * has nothing to tell, and `verify` finds nothing in it.
 */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {script} from '../helpers/run/on-hosts.js';
import {packOnce} from '../helpers/run/packed.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {compileProgram} from '../helpers/worlds/audit-world.js';
import {makeScratch} from '../helpers/worlds/scratch.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost, type CapturedRun} from '../hosts/lib/run-on-host.js';

const names = ['python3', 'convert', 'perl', 'gdb', 'bash', 'sqlite3', 'git', 'node'];

async function packAll(t: ExecutionContext): Promise<string | undefined> {
	const targets = names.map(name => (name === 'node' ? process.execPath : `/usr/bin/${name}`));
	return await packOnce(t, [...targets, '--name', 'many']);
}

/** What each program is put to, and what it says. */
const work: Readonly<Record<string, readonly [CapturedRun, string]>> = {
	python3: [
		{
			argv: [
				'bin/python3',
				'-c',
				`import ctypes, decimal, hashlib, sqlite3, ssl, threading
seen = []
threads = [threading.Thread(target=seen.append, args=(n,)) for n in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
print(sum(seen), decimal.Decimal("1.50"), len(ssl.OPENSSL_VERSION) > 0)`,
			],
		},
		'28 1.50 True\n',
	],
	convert: [
		script(`bin/convert -size 8x6 xc:red ~/a.png && bin/convert ~/a.png -format '%m %w\\n' info:`),
		'PNG 8\n',
	],
	perl: [
		{argv: ['bin/perl', '-e', 'use POSIX (); use Encode; print POSIX::floor(3.7), "\\n"']},
		'3\n',
	],
	gdb: [
		{argv: ['bin/gdb', '-nx', '-batch', '-ex', 'python print(gdb.parse_and_eval("6*7"))']},
		'42\n',
	],
	node: [{argv: ['bin/node', '-p', '6 * 7']}, '42\n'],
	bash: [{argv: ['bin/bash', '-c', 'bin/git --version >/dev/null && echo $((6 * 7))']}, '42\n'],
};

for (const name of targetHosts) {
	test.serial(
		`large programs run under enforce as without, and warn finds nothing, on the ${name} host`,
		async t => {
			const host = await needHost(t, name);
			const bundle = host && (await packAll(t));
			if (host === undefined || bundle === undefined) return;
			for (const [program, [run, stdout]] of Object.entries(work)) {
				for (const [DYNPK_AUDIT, DYNPK_ENGINE] of [
					['off', 'auto'],
					['warn', 'auto'],
					['enforce', 'auto'],
					// Plug-ins are opened by their own paths then, many through an overlay.
					['enforce', 'userns'],
				] as const) {
					const env = {...run.env, DYNPK_AUDIT, DYNPK_ENGINE};
					const answer = await runOnHost(host, {bundle, ...run, env});
					const expected = {status: 0, signal: undefined, stdout, stderr: ''};
					t.deepEqual(answer, expected, `${program}, ${DYNPK_AUDIT} by ${DYNPK_ENGINE}`);
				}
			}
		},
	);
}

test.serial('verify finds nothing in a bundle just made', async t => {
	const bundle = await packAll(t);
	if (bundle === undefined) return;
	const answer = await runDynpk(['verify', bundle]);
	t.deepEqual([answer.status, answer.stderr], [0, '']);
	t.regex(answer.stdout, /: nothing found\nengines on this host: direct/u);
});

const openTwo = `import ctypes, sys
for name in sys.argv[1:]:
	try:
		ctypes.CDLL(name); print("loaded")
	except OSError as error:
		print(error)`;

test.serial('run --audit lets nothing in but what --allow names, and says who asked', async t => {
	const bundle = need(t, 'gcc') ? await packAll(t) : undefined;
	if (bundle === undefined) return;
	const directory = makeScratch(t);
	const [one, two] = ['one.so', 'two.so'].map(name => join(directory, name)) as [string, string];
	await compileProgram('object.c', one, ['-shared', '-fPIC']);
	await compileProgram('object.c', two, ['-shared', '-fPIC']);
	const run = async (...options: readonly string[]) =>
		await runDynpk(['run', ...options, bundle, 'python3', '-c', openTwo, one, two]);

	t.is((await run()).stdout, 'loaded\nloaded\n');
	const enforced = await run('--audit=enforce', '--allow', 't?o.so');
	const [refused, ...rest] = enforced.stdout.split('\n');
	t.true(refused?.startsWith(`/dev/null/dynpk: refused ${one}, outside the bundle: asked for by`));
	t.deepEqual(rest, ['loaded', '']);
	const warned = await run('--audit', 'warn');
	t.is(warned.stdout, 'loaded\nloaded\n');
	t.regex(warned.stderr, /^dynpk: uses \S+one\.so, outside.*\ndynpk: uses \S+two\.so, .*\n$/u);

	const report = await runDynpk(
		['run', '--audit=record:report', bundle, 'python3', '-c', openTwo, one],
		{cwd: directory},
	);
	t.is(report.stdout, 'loaded\n');
	t.true(readFileSync(join(directory, 'report'), 'utf8').includes(`"path":"${one}"`));
	const records = await runDynpk(['run', '--audit=record', bundle, 'python3', '-c', 'pass']);
	t.regex(records.stderr, /^\{"record":"object",/u);
});

test.serial('run --audit says why a bundle cannot be audited', async t => {
	const bundle = await packOnce(t, ['/usr/bin/sqlite3', '--launcher', 'sh']);
	if (bundle === undefined) return;
	const answer = await runDynpk(['run', '--audit=warn', bundle, 'sqlite3', '-version']);
	t.is(answer.status, 125);
	t.is(
		answer.stderr,
		`dynpk: ${bundle} cannot be audited: only the native launcher loads the stub\n` +
			'hint: run it without --audit, --allow and --allow-exec, or pack it again\n',
	);
	t.is((await runDynpk(['run', '--audit=off', bundle, 'sqlite3', '-version'])).status, 0);
});

test.serial(
	'an audit mode there is not, and a pattern nobody matches, are wrong usage',
	async t => {
		const directory = makeScratch(t);
		const mode = await runDynpk(['run', '--audit=loud', directory]);
		t.is(mode.status, 2);
		t.regex(mode.stderr, /^dynpk: --audit loud is none of off, warn, enforce and record\n/u);
		const pattern = await runDynpk(['run', '--allow', '{a,b}', directory]);
		t.is(pattern.status, 2);
		t.regex(pattern.stderr, /cannot match the pattern \{a,b\}/u);
	},
);
