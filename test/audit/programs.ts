/**
 * Large programs of this machine, each put into a bundle with the objects it opens, run the same
 * under `enforce` as without the stub. Their scripts and data stay where they are.
 */
import {execFile} from 'node:child_process';
import {cpSync, mkdirSync, readdirSync, realpathSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import type {ExecutionContext} from 'ava';
import {missingHere, need} from '../helpers/run/need.js';
import {makeAuditWorld} from '../helpers/worlds/audit-world.js';
import type {AuditWorld} from '../helpers/worlds/audit-world.js';

const execute = promisify(execFile);

/** Debian's own, whatever else stands in the PATH. */
const debianPath = '/usr/bin';

async function runsTheSame(
	t: ExecutionContext,
	world: AuditWorld,
	argv: readonly string[],
	env: Readonly<Record<string, string>> = {},
): Promise<string> {
	const plain = await world.run(argv, {unaudited: true, env});
	const enforced = await world.run(argv, {env});
	t.deepEqual(enforced, plain);
	t.deepEqual([enforced.status, enforced.stderr], [0, '']);
	return enforced.stdout;
}

/** Copy a directory into the bundle, with what some of its objects need; return its path there. */
async function addObjects(
	world: AuditWorld,
	from: string,
	to: string,
	wanted = /\.so(\.|$)/u,
): Promise<string> {
	const copy = world.path(to);
	mkdirSync(copy, {recursive: true});
	cpSync(from, copy, {recursive: true, dereference: true});
	const names = readdirSync(from, {recursive: true, encoding: 'utf8'});
	for (const name of names.filter(file => wanted.test(file))) {
		await world.addLibrariesOf(join(from, name));
	}

	return copy;
}

function programHere(t: ExecutionContext, name: string): string | undefined {
	try {
		return realpathSync(join(debianPath, name));
	} catch {
		missingHere(t, `needs ${name} of Debian`);
		return undefined;
	}
}

test('python3 with its extension modules, threads and a child', async t => {
	const python = programHere(t, 'python3');
	if (python === undefined || !need(t, 'gcc', 'make')) return;
	const world = makeAuditWorld(t);
	const program = await world.add(python);
	const ask = ['-S', '-c', 'import sysconfig; print(sysconfig.get_path("stdlib"))'];
	const {stdout} = await execute(python, ask);
	const modules = await addObjects(world, join(stdout.trim(), 'lib-dynload'), 'modules');
	const script = [
		`import sys; sys.path = [p for p in sys.path if "dynload" not in p] + [${JSON.stringify(modules)}]`,
		'import ssl, sqlite3, ctypes, hashlib, subprocess, threading, zlib, bz2, lzma, json',
		'out = []',
		'ts = [threading.Thread(target=lambda n=n: out.append(hashlib.sha256(bytes(n)).hexdigest())) for n in range(8)]',
		'[x.start() for x in ts]; [x.join() for x in ts]',
		'db = sqlite3.connect(":memory:"); print(db.execute("select 6*7").fetchone())',
		'print(len(set(out)), ctypes.CDLL(None).getpid() > 0, ssl.OPENSSL_VERSION)',
		'print(subprocess.run(["/bin/echo", "child"], capture_output=True).stdout)',
	].join('\n');
	const said = await runsTheSame(t, world, [program, '-I', '-c', script]);
	t.regex(said, /^\(42,\)\n8 True OpenSSL .*\nb'child\\n'\n$/u);
});

test('perl with its extension modules', async t => {
	const perl = programHere(t, 'perl');
	if (perl === undefined || !need(t, 'gcc', 'make')) return;
	const world = makeAuditWorld(t);
	const program = await world.add(perl);
	const {stdout} = await execute(perl, ['-MConfig', '-e', 'print $Config{archlibexp}']);
	const library = await addObjects(world, stdout, 'perl');
	const script =
		'use POSIX; use List::Util "sum"; use Digest::SHA "sha1_hex"; use Socket; print floor(2.5), sum(1..4), sha1_hex("a")';
	const said = await runsTheSame(t, world, [program, `-I${library}`, '-e', script]);
	t.is(said, '21086f7e437faa5a7fce15d1ddcb9eaeaea377667b8');
});

test('node with workers', async t => {
	const node = realpathSync(process.execPath);
	if (!need(t, 'gcc', 'make')) return;
	const world = makeAuditWorld(t);
	const program = await world.add(node);
	const script =
		'const {Worker} = require("worker_threads"); new Worker("require(\'worker_threads\').parentPort.postMessage(6 * 7)", {eval: true}).on("message", n => console.log(n, require("crypto").createHash("sha1").update("a").digest("hex")))';
	const said = await runsTheSame(t, world, [program, '-e', script]);
	t.is(said, '42 86f7e437faa5a7fce15d1ddcb9eaeaea377667b8\n');
});

test('gdb with its own python', async t => {
	const gdb = programHere(t, 'gdb');
	if (gdb === undefined || !need(t, 'gcc', 'make')) return;
	const world = makeAuditWorld(t);
	const program = await world.add(gdb);
	// Its python's modules stay this machine's: a rule of the user lets them in.
	world.setRules({allowed: ['/usr/lib/python3*/**']});
	const expressions = ['-ex', 'python print(6 * 7)', '-ex', 'print 6 * 8'];
	const said = await runsTheSame(t, world, [program, '-nx', '-batch', ...expressions], {
		HOME: world.top,
	});
	t.is(said, '42\n$1 = 48\n');
});

test('ImageMagick with its coder modules', async t => {
	const convert = programHere(t, 'convert');
	if (convert === undefined || !need(t, 'gcc', 'make')) return;
	const world = makeAuditWorld(t);
	const program = await world.add(convert);
	const {stdout} = await execute('find', [
		'/usr/lib/x86_64-linux-gnu',
		'-path',
		'*modules*/coders/png.so',
	]);
	const coders = join(stdout.trim(), '..');
	if (coders === '..') return missingHere(t, 'needs the coder modules of ImageMagick');
	const env = {
		MAGICK_CODER_MODULE_PATH: await addObjects(world, coders, 'coders', /(png|magick|txt)\.so$/u),
	};
	const said = await runsTheSame(t, world, [program, 'rose:', '-resize', '2x2!', 'txt:-'], env);
	t.is(said.split('\n').length, 6);
});
