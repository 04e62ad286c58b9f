/** The command line as the build bundles it: what it loads, its code cache, its stacks, its help. */
import {cpSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {dynpkScript, runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const root = join(import.meta.dirname, '../../..');
const bin = join(root, 'build/bin');
const cacheName = join('code-cache', `${process.version}-${process.arch}`);

interface Payload {
	readonly sources: readonly string[];
}

/** A copy of what is installed, for changing it. */
function copyProduct(t: ExecutionContext): string {
	const copy = makeScratch(t);
	cpSync(bin, join(copy, 'build/bin'), {recursive: true});
	cpSync(join(root, 'package.json'), join(copy, 'package.json'));
	return join(copy, 'build/bin');
}

/** Load `source` before dynpk. */
function preload(t: ExecutionContext, source: string): Readonly<Record<string, string>> {
	const file = join(makeScratch(t), 'preload.cjs');
	writeFileSync(file, source);
	return {NODE_OPTIONS: `--require ${file}`};
}

/** The sources in the chunks that a command loads. */
async function loadedSources(
	t: ExecutionContext,
	argv: readonly string[],
): Promise<ReadonlySet<string>> {
	const list = join(makeScratch(t), 'list');
	const env = preload(
		t,
		`const fs = require('node:fs'), {readFileSync} = fs;
		fs.readFileSync = (file, ...rest) => {
			if (String(file).endsWith('.cjs')) fs.appendFileSync(${JSON.stringify(list)}, file + '\\n');
			return readFileSync(file, ...rest);
		};`,
	);
	await runDynpk(argv, {env});
	const chunks = readFileSync(list, 'utf8')
		.split('\n')
		.filter(file => file !== '' && !file.includes('/code-cache/') && !file.endsWith('dynpk.cjs'));
	const sources = chunks.flatMap(file => {
		const payload = JSON.parse(readFileSync(`${file}.map`, 'utf8')) as Payload;
		return payload.sources.map(source => source.replace(/^(?:\.\.\/)+/u, ''));
	});
	return new Set(sources);
}

test('--version needs no other file than package.json', async t => {
	const copy = copyProduct(t);
	for (const name of readdirSync(copy).filter(name => name !== 'dynpk.cjs')) {
		rmSync(join(copy, name), {recursive: true});
	}

	const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
		readonly version: string;
	};
	const answer = await runDynpk(['--version'], {script: join(copy, 'dynpk.cjs')});
	t.deepEqual([answer.status, answer.stdout, answer.stderr], [0, `${version}\n`, '']);
});

for (const [title, argv] of [
	['--help', ['--help']],
	['the help of a command', ['pack', '--help']],
	['completion', ['completion', 'bash']],
	['run', ['run', '/nowhere']],
] as const) {
	test(`${title} loads nothing that resolves`, async t => {
		const sources = await loadedSources(t, argv);
		t.true(sources.has('cmd/main.ts'));
		const resolver = /^lib\/(?:closure|loader|sysroot|elf|plan|packages|installed)\//u;
		t.deepEqual(
			[...sources].filter(source => resolver.test(source)),
			[],
		);
	});
}

test('no command loads the tables of wide characters', async t => {
	const sources = await loadedSources(t, ['inspect', process.execPath]);
	t.true(sources.has('lib/closure/walk-closure.ts'));
	t.deepEqual(
		[...sources].filter(source => /string-width\/|wrap-ansi\//u.test(source)),
		[],
	);
});

test('help is what yargs prints unbundled', async t => {
	const unbundled = join(makeScratch(t), 'unbundled.mjs');
	const main = join(root, 'build/cmd/main.js');
	writeFileSync(
		unbundled,
		`import {main} from ${JSON.stringify(main)};\nawait main(process.argv.slice(2));\n`,
	);
	for (const command of ['', 'pack', 'run', 'inspect', 'verify', 'trace', 'completion', 'help']) {
		const argv = [...(command === '' ? [] : [command]), '--help'];
		const expected = await runDynpk(argv, {script: unbundled});
		t.true(expected.stdout.startsWith('dynpk '), command);
		t.deepEqual(await runDynpk(argv), expected);
	}
});

test('the stack of a bug names source files and lines', async t => {
	const env = preload(
		t,
		`const {posix} = require('node:path'), {join} = posix;
		posix.join = (...parts) => {
			if (parts[1] === 'dynpk.json') throw new TypeError('injected');
			return join(...parts);
		};`,
	);
	const {status, stderr} = await runDynpk(['inspect', process.execPath], {env});
	t.is(status, 70);
	t.regex(stderr, /^dynpk: a bug in dynpk; please report it .*\nTypeError: injected\n/u);
	const places = [...stderr.matchAll(/\((?<file>(?:lib|cmd)\/\S+\.ts):(?<line>\d+):\d+\)$/gmu)];
	t.true(places.length >= 2, stderr);
	for (const [index, call] of [/posix\.join\(/u, /findManifest\(/u].entries()) {
		const {file = '', line} = places[index]?.groups ?? {};
		const lines = readFileSync(join(root, file), 'utf8').split('\n');
		t.regex(lines[Number(line) - 1] ?? '', call, stderr);
	}
});

test('a bug that nobody waits for is reported as one', async t => {
	const env = preload(
		t,
		`process.stdout.on('finish', () => undefined);
		const {write} = process.stdout;
		process.stdout.write = (...args) => {
			setImmediate(() => { throw new TypeError('injected'); });
			return write.apply(process.stdout, args);
		};`,
	);
	const {status, stderr} = await runDynpk(['inspect', process.execPath], {env});
	t.is(status, 70);
	t.regex(stderr, /^dynpk: a bug in dynpk; .*\nTypeError: injected\n/u);
});

test('a code cache that does not fit is passed over', async t => {
	const expected = await runDynpk(['--help']);
	// V8 refuses caches made under other settings than its own.
	const env = {NODE_OPTIONS: '--max-old-space-size=600'};
	t.deepEqual(await runDynpk(['--help'], {env}), expected);

	const copy = copyProduct(t);
	const script = join(copy, 'dynpk.cjs');
	const cache = join(copy, cacheName, 'main.cjs');
	const good = readFileSync(cache);
	const other = Buffer.from(good);
	// The second word of a cache tells the version of V8 that made it.
	other.writeUInt32LE(other.readUInt32LE(4) ^ 1, 4);
	for (const content of [other, good.subarray(0, good.length / 2), Buffer.alloc(0)]) {
		writeFileSync(cache, content);
		t.deepEqual(await runDynpk(['--help'], {script}), expected);
	}
});

test('the code caches are those of the running Node.js, for every chunk', t => {
	const chunks = readdirSync(bin).filter(name => name.endsWith('.cjs') && name !== 'dynpk.cjs');
	t.deepEqual(readdirSync(join(bin, cacheName)).sort(), chunks.sort());
});

test('build/cmd/dynpk.js starts the bundle', t => {
	t.is(dirname(dynpkScript), join(root, 'build/cmd'));
	t.deepEqual(readFileSync(dynpkScript), readFileSync(join(bin, 'dynpk.cjs')));
});
