/** What `make install` and npm put on a machine: it starts without the source tree, and is no more than it runs. */
import {execFile} from 'node:child_process';
import {chmodSync, cpSync, mkdirSync, readdirSync, statSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {buildObjects} from '../helpers/elf/build-objects.js';
import {runCommand} from '../helpers/run/command.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');
/** What was built is taken as it is: the copy is as new as the tree that was tested. */
const asBuilt = ['-o', 'build/.stamp', '-o', 'node_modules/.stamp'];

/** The source tree with what was built in it, to be cleaned and thrown away. */
function copyTree(t: ExecutionContext): string {
	const copy = makeScratch(t);
	for (const name of readdirSync(root)) {
		if (!['.git', 'node_modules', 'dist'].includes(name)) {
			cpSync(join(root, name), join(copy, name), {
				recursive: true,
				preserveTimestamps: true,
				verbatimSymlinks: true,
			});
		}
	}

	symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
	return copy;
}

/** The paths of all files below, as npm lists them. */
function filesBelow(directory: string): readonly string[] {
	return readdirSync(directory, {recursive: true, withFileTypes: true})
		.filter(entry => !entry.isDirectory())
		.map(entry => join(entry.parentPath, entry.name).slice(directory.length + 1))
		.sort();
}

async function assertStarts(t: ExecutionContext, script: string): Promise<void> {
	t.regex((await runDynpk(['--version'], {script})).stdout, /^\d+\.\d+\.\d+\n$/u);
	const inspected = await runDynpk(['inspect', '/bin/true'], {script});
	t.deepEqual([inspected.status, inspected.stderr], [0, '']);
	t.regex(inspected.stdout, /^needs Linux /mu);

	const world = await buildObjects(t, {
		hello: {libc: true, source: 'int main(void) { return 0; }'},
	});
	const cwd = world.directory;
	for (const launcher of ['native', 'sh']) {
		const argv = ['pack', './hello', '--launcher', launcher, '-o', launcher];
		t.is((await runDynpk(argv, {cwd, script})).status, 0);
		t.is((await runCommand(join(cwd, launcher, 'bin/hello'), [])).status, 0);
	}

	const traced = await runDynpk(['trace', '-q', '-o', 'trace', '--', './hello'], {cwd, script});
	t.is(traced.status, 0, traced.stderr);
	const evident = ['pack', './hello', '--trace', 'trace', '--dry-run'];
	t.is((await runDynpk(evident, {cwd, script})).status, 0);
	const verified = await runDynpk(['verify', 'native'], {cwd, script});
	t.is(verified.status, 0, verified.stdout);
}

test('make install leaves a dynpk that starts, also when the source tree is clean again', async t => {
	if (!need(t, 'gcc', 'make', 'tar')) return;
	const tree = copyTree(t);
	const destination = makeScratch(t);
	const settings = ['prefix=/opt/tools', `DESTDIR=${destination}`];
	await run('make', ['-C', tree, ...asBuilt, 'install', ...settings]);
	const script = join(destination, 'opt/tools/bin/dynpk');
	t.regex((await run(script, ['--version'])).stdout, /^\d+\.\d+\.\d+\n$/u);
	t.deepEqual(
		readdirSync(tree).filter(name => name.endsWith('.tgz')),
		[],
	);

	await run('make', ['-C', tree, 'clean']);
	await assertStarts(t, script);

	const installed = join(destination, 'opt/tools/lib/dynpk');
	const bytes = filesBelow(installed).map(file => statSync(join(installed, file)).size);
	const mebibytes = bytes.reduce((sum, size) => sum + size, 0) / 2 ** 20;
	t.true(mebibytes < 40, `${mebibytes} MiB`);
});

/** What the installed command reads, each with the reader's place. */
const used: readonly RegExp[] = [
	/^(?:package\.json|README\.md|LICENSE)$/u,
	/^build\/bin\/(?:dynpk\.cjs|licences\.txt|[\w-]+\.cjs(?:\.map)?)$/u,
	/^build\/bin\/code-cache\/v[\d.]+-\w+\/[\w-]+\.cjs$/u,
	/^build\/native\/\w+\/(?:launcher|encoder|host|runner|self-stub|path-shim\.so|libdynpk-(?:audit|names)\.so)$/u,
	/^build\/native\/\w+\/canary\/(?:canary|libdynpk-canary-\w+\.so)$/u,
	/^wrappers\/shell\/launcher\.sh\.hbs$/u,
];

test('the npm package holds what it runs and nothing else, and needs no other package', async t => {
	if (!need(t, 'gcc', 'npm')) return;
	const tree = copyTree(t);
	const home = makeScratch(t);
	const env = {...process.env, HOME: home, npm_config_cache: join(home, 'cache')};
	const destination = join(home, 'packed');
	mkdirSync(destination);
	const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination];
	const {stdout} = await run('npm', pack, {cwd: tree, env, maxBuffer: 1 << 24});
	const [packed] = JSON.parse(stdout) as readonly {
		readonly filename: string;
		readonly files: readonly {readonly path: string}[];
	}[];
	const files = packed?.files.map(({path}) => path) ?? [];
	t.deepEqual(
		files.filter(file => !used.some(pattern => pattern.test(file))),
		[],
	);
	t.deepEqual(
		used.filter(pattern => !files.some(file => pattern.test(file))),
		[],
	);

	const prefix = join(home, 'prefix');
	const tarball = join(destination, packed?.filename ?? '');
	await run('npm', ['install', '--global', '--offline', '--prefix', prefix, tarball], {env});
	chmodSync(tree, 0);
	await assertStarts(t, join(prefix, 'bin/dynpk'));
	chmodSync(tree, 0o755);
	const installed = join(prefix, 'lib/node_modules/dynpk');
	t.deepEqual(filesBelow(installed), [...files].sort());
});

test('the licences of bundled packages are in one file, each with its text', async t => {
	const {stdout} = await run('cat', [join(root, 'build/bin/licences.txt')]);
	for (const name of [
		'ajv',
		'handlebars',
		'tar-stream',
		'yargs',
		'yargs-parser',
		'fzstd',
		'damerau-levenshtein',
	]) {
		t.regex(stdout, new RegExp(`^${name} \\d+\\.`, 'mu'));
	}

	t.false(/^(?:esbuild|ava|string-width) \d/mu.test(stdout));
});

test('make test of a file that is not there is an error, beside one that is there, too', async t => {
	if (!need(t, 'make')) return;
	for (const files of ['test/none.ts', 'test/e2e/install.ts test/none.ts']) {
		const {status, stderr} = await runCommand('make', ['-n', 'test', `FILE=${files}`], {cwd: root});
		t.is(status, 2);
		t.regex(stderr, /there is no test\/none\.ts\./u);
	}
});
