/** What packages would run when installed, what starts their scripts, and what is left out. */
import {mkdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {readManifest} from '../../../lib/manifest/read-manifest.js';
import {buildDeb, type DebSpec} from '../../helpers/packages/deb-build.js';
import {need} from '../../helpers/run/need.js';
import {runDynpk} from '../../helpers/run/run-dynpk.js';
import {makeScratch} from '../../helpers/worlds/scratch.js';

/** A static program, so that the packages need no other. */
const program = (mode = 0o755) => ({content: readFileSync('/bin/busybox'), mode});

/** Pack the packages with a repository that has an Essential shell. */
async function pack(t: ExecutionContext, specs: readonly DebSpec[]) {
	if (!need(t, 'busybox', 'dpkg-deb')) {
		return undefined;
	}

	const scratch = makeScratch(t);
	const repository = join(scratch, 'repo');
	mkdirSync(repository);
	buildDeb(repository, {
		name: 'dash',
		arch: 'amd64',
		control: ['Essential: yes'],
		tree: {'/usr/bin/dash': program(), '/usr/bin/sh': {link: 'dash'}},
	});
	const files = specs.map(spec => buildDeb(scratch, {arch: 'amd64', ...spec}));
	const argv = ['pack', ...files, '--repo', repository, '--launcher', 'sh', '-o', 'out'];
	const answer = await runDynpk(argv, {cwd: scratch});
	t.is(answer.status, 0, answer.stderr);
	return {stderr: answer.stderr, manifest: readManifest(join(scratch, 'out/dynpk.json'))};
}

const withScript = (interpreter: string): DebSpec => ({
	name: 'tool',
	tree: {
		'/usr/bin/tool': program(),
		'/usr/bin/helper': {content: `#!${interpreter}\nexit\n`, mode: 0o755},
	},
});

test('a script brings the Essential shell that its package does not say it needs', async t => {
	const packed = await pack(t, [withScript('/bin/sh')]);
	if (packed === undefined) {
		return;
	}

	t.is(packed.stderr, '');
	t.deepEqual(
		packed.manifest.packages.map(({id}) => id),
		['deb:dash', 'deb:tool'],
	);
	t.true(packed.manifest.files.some(({path}) => path === 'root/usr/bin/sh'));
});

test('the shell stays behind where no script asks for it', async t => {
	const packed = await pack(t, [{name: 'tool', tree: {'/usr/bin/tool': program()}}]);
	t.deepEqual(
		packed?.manifest.packages.map(({id}) => id),
		packed && ['deb:tool'],
	);
});

test('an interpreter that no package has is told, with the script that wants it', async t => {
	const packed = await pack(t, [withScript('/usr/bin/perl')]);
	const told = 'dynpk: /usr/bin/helper: its interpreter (/usr/bin/perl) is not here to be packed\n';
	t.is(packed?.stderr, packed && told);
});

test('a set-id program of a package is left out, and that is told and recorded', async t => {
	const tree = {'/usr/bin/tool': program(), '/usr/bin/become': program(0o4755)};
	const packed = await pack(t, [{name: 'tool', tree}]);
	if (packed === undefined) {
		return;
	}

	t.regex(packed.stderr, /^dynpk: \/usr\/bin\/become: a set-id program .*\n$/);
	t.deepEqual(
		packed.manifest.findings.map(({code, path}) => [code, path]),
		[['SET_ID_LEFT_OUT', '/usr/bin/become']],
	);
	t.false(packed.manifest.files.some(({path}) => path.includes('become')));
});

test('scriptlets that would matter are told in a line a package, ten at most', async t => {
	const specs = Array.from({length: 12}, (_, index) => ({
		name: `tool${String(index).padStart(2, '0')}`,
		tree: {[`/usr/bin/tool${index}`]: program()},
		controlFiles: {postinst: '#!/bin/sh\nfc-cache\nsystemctl reload x\nglib-compile-schemas\n'},
	}));
	const packed = await pack(t, specs);
	if (packed === undefined) {
		return;
	}

	const lines = packed.stderr.trimEnd().split('\n');
	t.is(lines.length, 11);
	t.regex(
		lines[0]!,
		/^dynpk: tool00_1_amd64 would run \S+ when installed, .* \(and 1 more such\)$/,
	);
	t.is(lines[10], 'dynpk: 2 more packages have scriptlets that were not run');
	const recorded = packed.manifest.findings.filter(({code}) => code === 'SCRIPTLET_NOT_RUN');
	t.is(recorded.length, 24);
});
