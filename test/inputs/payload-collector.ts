import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test from 'ava';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {makeExclusions} from '../../lib/inputs/exclusions.js';
import {makeCollector} from '../../lib/inputs/payload-collector.js';
import {hostPath, sysrootPath} from '../../lib/paths/paths.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import {failCall} from '../helpers/worlds/failing-call.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

test('a script among data that a program directory links to is started; a module stays its text', t => {
	const root = makeScratch(t);
	const links = {'usr/bin/pdb': '../lib/python3.11/pdb.py', 'usr/bin/psql': '../share/pg/wrapper'};
	for (const [link, target] of Object.entries(links)) {
		const script = join(root, dirname(link), target);
		mkdirSync(dirname(script), {recursive: true});
		mkdirSync(join(root, dirname(link)), {recursive: true});
		writeFileSync(script, '#!/usr/bin/python3\n');
		chmodSync(script, 0o755);
		symlinkSync(target, join(root, link));
	}

	const collector = makeCollector(openSysroot(hostPath(root)), makeExclusions([]));
	const kinds = Object.keys(links).map(link => {
		const entry = collector.add(sysrootPath(`/${link}`), {kind: 'target'});
		return entry?.kind === 'file' ? entry.content.kind : entry?.kind;
	});
	t.deepEqual(kinds, ['data', 'script']);
});

test('a tree deeper than paths may be long is told for what it is', t => {
	const root = makeScratch(t);
	const name = 'd'.repeat(200);
	// By relative paths a tree can grow beyond what an absolute one reaches.
	execFileSync(
		'sh',
		['-c', 'for i in $(seq 25); do mkdir "$0" && cd -P "$0" || exit; done', name],
		{
			cwd: root,
		},
	);
	t.teardown(() => execFileSync('rm', ['-rf', join(root, name)]));
	const collector = makeCollector(openSysroot(hostPath(root)), makeExclusions([]));
	collector.addTree(sysrootPath(`/${name}`), {kind: 'target'});
	t.deepEqual(
		collector.findings.map(({code, message}) => [code, message]),
		[['UNREADABLE_LEFT_OUT', 'its path is too long for the system']],
	);
});

test.serial(
	'what lies in a directory that this user may not look into is told to stay behind',
	t => {
		const root = makeScratch(t);
		mkdirSync(join(root, 'var/closed/deep'), {recursive: true});
		writeFileSync(join(root, 'var/closed/deep/file'), '');
		failCall(t, 'lstatSync', {
			errno: 'EACCES',
			on: path => path.startsWith(join(root, 'var/closed/')),
		});
		const collector = makeCollector(openSysroot(root), makeExclusions(['/var/closed/unwanted']));
		for (const name of ['deep', 'deep/file', 'unwanted']) {
			collector.add(sysrootPath(`/var/closed/${name}`), {kind: 'target'});
		}

		collector.add(sysrootPath('/var/absent/file'), {kind: 'target'});
		t.deepEqual(
			collector.findings.map(({code, path}) => [code, path]),
			['deep', 'deep/file'].map(name => ['UNREADABLE_LEFT_OUT', `/var/closed/${name}`]),
		);
	},
);

test('an empty pattern and one longer than any path are no patterns', t => {
	for (const pattern of ['', 'x'.repeat(70_000)]) {
		t.throws(() => makeExclusions([pattern]), {code: 'USAGE', message: /^--exclude/u});
	}
});

test('a name that is not UTF-8 ends the gathering, unless it is excluded as the hint says', t => {
	const root = makeScratch(t);
	mkdirSync(join(root, 'data'));
	writeFileSync(join(root, 'data/plain'), '');
	writeFileSync(Buffer.concat([Buffer.from(`${root}/data/caf`), Buffer.from([0xe9])]), '');
	const gather = (...patterns: string[]) => {
		const collector = makeCollector(openSysroot(hostPath(root)), makeExclusions(patterns));
		collector.addTree(sysrootPath('/data'), {kind: 'target'});
		return [...collector.entries.keys()];
	};

	const refused = t.throws(() => gather(), {instanceOf: DynpkError});
	t.is(refused.code, 'NAME_NOT_UTF8');
	const pattern = /--exclude '(?<pattern>[^']*)'/u.exec(refused.hint ?? '')?.groups?.pattern;
	t.is(pattern, '/data/caf?');
	t.deepEqual(gather(pattern!), [sysrootPath('/data/plain')]);
});
