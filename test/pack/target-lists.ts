/** Targets that a file lists. */
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {need} from '../helpers/run/need.js';
import {assertRefused} from '../helpers/run/refusal.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {buildInstalled} from '../helpers/worlds/installed-world.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const program = {libc: true, source: 'int main(void) { return 0; }'};

test('@FILE is the targets that it lists, one a line, among others', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(t, {
		one: {files: {'/usr/bin/one': program}},
		two: {files: {'/usr/bin/two': program}},
		three: {files: {'/usr/share/three': {text: ''}}},
	});
	const list = '# a set\n\n  /usr/bin/one  \r\ndeb:three\n';
	writeFileSync(join(world.root, '../set.list'), list);
	const [plan, named] = [
		await world.plan(['@set.list', '/usr/bin/two']),
		await world.plan(['/usr/bin/one', 'deb:three', '/usr/bin/two']),
	];
	t.deepEqual(plan, named);
	t.true(plan.has('/usr/share/three'));
});

function makeLists(t: ExecutionContext, lists: Readonly<Record<string, string>>): string {
	const cwd = makeScratch(t);
	mkdirSync(join(cwd, 'directory'));
	for (const [name, text] of Object.entries(lists)) {
		writeFileSync(join(cwd, name), text);
	}

	return cwd;
}

const refusals = [
	[
		'a target of a list that is not there',
		'l',
		'/bin/sh\n\n./none\n',
		'l:3: there is no $PWD/none',
	],
	[
		'a program that is not there',
		'l',
		'# p\nno-such-program\n',
		'l:2: cannot find a program named no-such-program',
	],
	[
		'a package that is not installed',
		'l',
		'deb:no-such',
		'l:1: package deb:no-such is not installed',
	],
	['a package file that is not there', 'l', '/bin/sh\na.deb', 'l:2: there is no a.deb'],
	['a list in a list', 'l', '@other', 'l:1: a list names no other list (@other)'],
	['a list of nothing', 'l', '\n# nothing\n', 'the list l has no target'],
] as const;

for (const [title, name, text, says] of refusals) {
	test(`${title}: the fault names file and line`, async t => {
		const code = says.includes('not installed')
			? 'PACKAGE_UNKNOWN'
			: says.includes('list')
				? 'USAGE'
				: 'TARGET_NOT_FOUND';
		if (code === 'PACKAGE_UNKNOWN' && !need(t, 'dpkg-query')) return;
		await assertRefused(t, {cwd: makeLists(t, {[name]: text}), pack: [`@${name}`], code, says});
	});
}

test('a list that cannot be read, and one without an end', async t => {
	const cwd = makeLists(t, {});
	for (const [list, status, says] of [
		['@none', 6, 'cannot read the list none: there is no such file or directory'],
		['@directory', 6, 'cannot read the list directory: it is a directory'],
		['@', 6, 'cannot read the list @: it is a directory'],
		['@/dev/zero', 2, '/dev/zero is too large to be a list of targets'],
	] as const) {
		const answer = await runDynpk(['pack', list], {cwd});
		t.deepEqual([answer.status, answer.stderr.split('\n')[0]], [status, `dynpk: ${says}`]);
	}
});
