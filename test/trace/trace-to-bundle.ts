/**
 * From a run on this machine to a bundle of just what it used, which runs on a host that has nothing.
 */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {BundleManifest} from '../../lib/manifest/manifest.js';
import {needHost} from '../helpers/run/host-need.js';
import {missingHere, need} from '../helpers/run/need.js';
import {runDynpk, type DynpkAnswer} from '../helpers/run/run-dynpk.js';
import {makeScratch} from '../helpers/worlds/scratch.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

const systemPath = '/usr/bin:/bin';
const picture =
	'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="6"><rect width="8" height="6" fill="red"/></svg>\n';

/** Tell whether Debian's own programs, which a test names by their paths, are all here. */
function needFiles(t: ExecutionContext, ...files: readonly string[]): boolean {
	const absent = files.filter(file => !existsSync(file));
	if (absent.length > 0) missingHere(t, `needs ${absent.join(', ')}`);
	return absent.length === 0;
}

async function dynpk(argv: readonly string[], cwd: string): Promise<DynpkAnswer> {
	return await runDynpk(argv, {cwd, env: {PATH: systemPath}});
}

function manifestOf(bundle: string): BundleManifest {
	return JSON.parse(readFileSync(join(bundle, 'dynpk.json'), 'utf8')) as BundleManifest;
}

test('a trace of convert with SVG leads to a bundle that does it on the empty host', async t => {
	const programs = ['/usr/bin/convert', '/usr/bin/rsvg-convert'];
	if (!need(t, 'strace') || !needFiles(t, ...programs)) return;
	const host = await needHost(t, 'empty');
	if (host === undefined) return;
	const directory = makeScratch(t);
	const bundle = join(directory, 'bundle');
	writeFileSync(join(directory, 'in.svg'), picture);
	const traced = await dynpk(
		['trace', '-o', 'trace', '--', 'convert', 'in.svg', 'out.png'],
		directory,
	);
	t.deepEqual(traced, {status: 0, signal: undefined, stdout: '', stderr: ''});
	const pack = ['pack', 'convert', '--scope', 'closure', '--trace', 'trace', '-o', 'bundle'];
	const packed = await dynpk(pack, directory);
	t.is(packed.status, 0);
	t.regex(packed.stderr, /^dynpk: of the traced run stays behind: .*\(is a temporary file\)/mu);

	const {files, findings} = manifestOf(bundle);
	const helper = files.find(({path}) => path === 'root/usr/bin/.rsvg-convert.dynpk');
	t.is(helper?.reason, 'trace: started');
	const left = findings.filter(({code}) => code === 'TRACE_PRIVATE_LEFT_OUT');
	t.true(left.some(({path}) => path === join(directory, 'in.svg')));
	t.true(files.every(({path}) => !path.endsWith('in.svg') && !path.startsWith('root/proc')));

	const argv = [
		'/bin/sh',
		'-c',
		'bin/convert /opt/in.svg ~/out.png && head -c 4 ~/out.png | tail -c 3',
	];
	const run = {bundle, argv, files: {'/opt/in.svg': picture}};
	const answer = await runOnHost(host, {...run, env: {DYNPK_AUDIT: 'enforce'}});
	t.deepEqual(answer, {status: 0, signal: undefined, stdout: 'PNG', stderr: ''});
	const {stdout} = await dynpk(['verify', 'bundle'], directory);
	t.true(stdout.startsWith(`${bundle}: nothing found\n`), stdout);
});

test('traces of two runs merge into a bundle that can do both', async t => {
	const numpy = '/usr/lib/python3/dist-packages/numpy/__init__.py';
	if (!need(t, 'strace') || !needFiles(t, '/usr/bin/python3', numpy)) return;
	const host = await needHost(t, 'empty');
	if (host === undefined) return;
	const directory = makeScratch(t);
	const bundle = join(directory, 'bundle');
	const runs = ['import numpy', 'import decimal'];
	const names = runs.map((_, index) => `trace${index}`);
	for (const [index, text] of runs.entries()) {
		const words = ['trace', '-o', names[index]!, '--', 'python3', '-c', text];
		t.is((await dynpk(words, directory)).status, 0);
	}

	const traces = names.flatMap(name => ['--trace', name]);
	const pack = ['pack', 'python3', '--scope', 'closure', ...traces, '-o', 'bundle'];
	t.is((await dynpk(pack, directory)).status, 0);
	const program = 'import numpy, decimal; print(numpy.arange(4).sum(), decimal.Decimal("1.5"))';
	const answer = await runOnHost(host, {bundle, argv: ['bin/python3', '-c', program]});
	t.deepEqual(answer, {status: 0, signal: undefined, stdout: '6 1.5\n', stderr: ''});
	// Only what was seen travels: the rest of the standard library stays here.
	const absent = await runOnHost(host, {bundle, argv: ['bin/python3', '-c', 'import wave']});
	t.regex(absent.stderr, /ModuleNotFoundError: No module named 'wave'/u);
});
