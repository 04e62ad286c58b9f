/**
 * Leaks made on purpose: every way a host has to slip its own library under a packed program, tried on
 * a whole bundle and on one that lacks the library, on hosts with a loader of their own and without.
 */
import {execFile} from 'node:child_process';
import {cpSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {removeTree} from '../../lib/archive/remove-tree.js';
import {hostPath, payloadPath, sysrootPath} from '../../lib/paths/paths.js';
import {writeNewCache} from '../helpers/elf/cache-writer.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratch} from '../helpers/worlds/scratch.js';
import type {PlacedFile} from '../hosts/lib/prepare-entry.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost, type CapturedRun} from '../hosts/lib/run-on-host.js';

const execute = promisify(execFile);
const evil = '/opt/evil/libleak.so';
const cacheFlags = 0x0303;

interface LeakyBundle {
	readonly whole: string;
	/** The same without the library. */
	readonly torn: string;
	/** The unpacked program, and what a host would slip under it. */
	readonly program: string;
	readonly foreign: PlacedFile;
	/** Where the program's DT_RPATH leads. */
	readonly rpath: string;
	/** A library with the path of its own that the program looks up nowhere. */
	readonly foreignFile: string;
}

async function packLeaky(t: ExecutionContext): Promise<LeakyBundle> {
	const directory = makeScratch(t);
	const at = (name: string): string => join(directory, name);
	for (const [place, word] of [
		['rpath', 'bundle'],
		['foreign', 'host'],
	] as const) {
		mkdirSync(at(place));
		writeFileSync(at('leak.c'), `const char *leak(void) { return "of the ${word}"; }\n`);
		const output = ['-o', at(`${place}/libleak.so`), '-Wl,-soname,libleak.so'];
		await execute('gcc', ['-shared', '-fPIC', '-nostdlib', ...output, at('leak.c')]);
	}

	const main = 'int puts(const char *); const char *leak(void); int main(void) { puts(leak()); }';
	writeFileSync(at('main.c'), main);
	const links = ['-Wl,--disable-new-dtags', `-Wl,-rpath,${at('rpath')}`, at('rpath/libleak.so')];
	await execute('gcc', ['-fno-builtin', '-o', at('leaky'), at('main.c'), ...links]);
	const packed = await runDynpk(['pack', at('leaky'), '-o', at('whole')]);
	t.is(packed.status, 0, packed.stderr);
	cpSync(at('whole'), at('torn'), {recursive: true, verbatimSymlinks: true});
	rmSync(inBundle(at('torn'), at('rpath/libleak.so')));
	t.teardown(() => removeTree(hostPath(at('torn'))));
	return {
		whole: at('whole'),
		torn: at('torn'),
		program: at('leaky'),
		foreign: {content: readFileSync(at('foreign/libleak.so')), mode: 0o755},
		rpath: at('rpath/libleak.so'),
		foreignFile: at('foreign/libleak.so'),
	};
}

const inBundle = (bundle: string, path: string): string =>
	join(bundle, payloadPath(sysrootPath(path)));

/** What an unlucky or hostile host does, by name. */
function poisons({
	rpath,
	foreign,
	foreignFile,
}: LeakyBundle): Readonly<Record<string, Partial<CapturedRun>>> {
	const cache = writeNewCache([{name: 'libleak.so', path: evil, flags: cacheFlags}], {});
	const there = {[evil]: foreign};
	return {
		LD_PRELOAD: {files: there, env: {LD_PRELOAD: evil}},
		LD_LIBRARY_PATH: {files: there, env: {LD_LIBRARY_PATH: '/opt/evil'}},
		'an absolute DT_RPATH': {
			binds: [{from: dirname(foreignFile), to: dirname(rpath), readOnly: true}],
		},
		'/etc/ld.so.preload': {files: {...there, '/etc/ld.so.preload': `${evil}\n`}},
		'/etc/ld.so.cache': {files: {...there, '/etc/ld.so.cache': {content: cache, mode: 0o644}}},
	};
}

for (const name of targetHosts) {
	test.serial(`no poison of the ${name} host reaches a packed program`, async t => {
		const host = need(t, 'gcc') ? await needHost(t, name) : undefined;
		if (host === undefined) return;
		const leaky = await packLeaky(t);
		for (const [poison, run] of Object.entries(poisons(leaky))) {
			for (const DYNPK_AUDIT of ['off', 'enforce']) {
				const asked = {...run, argv: ['bin/leaky'], env: {...run.env, DYNPK_AUDIT}};
				const whole = await runOnHost(host, {...asked, bundle: leaky.whole});
				t.deepEqual(
					whole,
					{status: 0, signal: undefined, stdout: 'of the bundle\n', stderr: ''},
					poison,
				);
				const torn = await runOnHost(host, {...asked, bundle: leaky.torn});
				t.is(torn.stdout, '', poison);
				t.regex(torn.stderr, /libleak\.so/u, poison);
				t.not(torn.status, 0, poison);
			}
		}
	});
}

test.serial('the poisons are real: the same program unpacked takes each of them', async t => {
	const host = need(t, 'gcc') ? await needHost(t, 'trixie') : undefined;
	if (host === undefined) return;
	const leaky = await packLeaky(t);
	const program = {path: '/opt/leaky', bytes: readFileSync(leaky.program)};
	for (const [poison, run] of Object.entries(poisons(leaky))) {
		const files = {...run.files, [program.path]: {content: program.bytes, mode: 0o755}};
		const answer = await runOnHost(host, {...run, argv: [program.path], files});
		t.is(answer.stdout, 'of the host\n', `${poison}: ${answer.stderr}`);
	}
});

test.serial('verify names a library that was removed, by our search and by the loader', async t => {
	if (!need(t, 'gcc')) return;
	const leaky = await packLeaky(t);
	const whole = await runDynpk(['verify', leaky.whole]);
	t.true(whole.stdout.startsWith(`${leaky.whole}: nothing found\n`), whole.stdout);
	t.is(whole.status, 0);

	const torn = await runDynpk(['verify', leaky.torn, '--json']);
	const codes = codesOf(torn.stdout);
	t.deepEqual(codes, ['DIFFERS_FROM_MANIFEST', 'NEEDED_NOT_IN_BUNDLE', 'LOADER_DISAGREES']);
	t.is(torn.status, 1);
	// What starts nothing sees it as well.
	const still = await runDynpk(['verify', leaky.torn, '--json', '--static']);
	t.deepEqual(codesOf(still.stdout), ['DIFFERS_FROM_MANIFEST', 'NEEDED_NOT_IN_BUNDLE']);
});

test.serial('verify names a library that became a link to the host', async t => {
	if (!need(t, 'gcc')) return;
	const leaky = await packLeaky(t);
	await execute('ln', ['-s', leaky.foreignFile, inBundle(leaky.torn, leaky.rpath)]);
	const answer = await runDynpk(['verify', leaky.torn]);
	t.is(answer.status, 1);
	t.regex(
		answer.stdout,
		/^DIFFERS_FROM_MANIFEST \S+\/libleak\.so: is a symlink, and was a file$/mu,
	);
	t.regex(answer.stdout, /^OBJECT_FROM_OUTSIDE .*libleak\.so from the host$/mu);
	const enforced = await runDynpk(['run', '--audit=enforce', leaky.torn]);
	t.is(enforced.status, 125);
	t.regex(enforced.stderr, /^dynpk: refused \S+libleak\.so, outside the bundle: asked for as /u);
});

test.serial('verify names a loader that can see the host again', async t => {
	if (!need(t, 'gcc')) return;
	const leaky = await packLeaky(t);
	const {loaders} = JSON.parse(readFileSync(join(leaky.torn, 'dynpk.json'), 'utf8')) as {
		loaders: {path: string; edits: {offset: number; before: string; what: string}[]}[];
	};
	const loader = join(leaky.torn, loaders[0]!.path);
	const bytes = readFileSync(loader);
	const edit = loaders[0]!.edits.find(({what}) => what.includes('preload'))!;
	bytes.write(edit.before, edit.offset, 'latin1');
	writeFileSync(loader, bytes);
	const answer = await runDynpk(['verify', leaky.torn, '--json', '--static']);
	t.deepEqual(codesOf(answer.stdout).sort(), [
		'DIFFERS_FROM_MANIFEST',
		'DIFFERS_FROM_MANIFEST',
		'LOADER_NOT_ISOLATED',
		'NEEDED_NOT_IN_BUNDLE',
	]);
});

function codesOf(json: string): string[] {
	const {findings} = JSON.parse(json) as {findings: {code: string}[]};
	return findings.map(({code}) => code);
}
