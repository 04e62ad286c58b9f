import test from 'ava';
import {chooseEngine, isForPeople, type ProgramFacts} from '../../lib/engine/choose-engine.js';
import {sysrootPath} from '../../lib/paths/paths.js';

const tool: ProgramFacts = {path: sysrootPath('/usr/bin/tool'), linkage: 'dynamic', hasShim: true};
const magic = sysrootPath('/usr/share/misc/magic');

test('programs that look for nothing and set nothing need no engine', t => {
	const choice = chooseEngine({data: undefined, variables: [], programs: [tool]});
	t.is(choice.engine, 'direct');
	t.is(choice.of(tool).engine, 'direct');
});

test('manual pages are for people', t => {
	t.true(isForPeople('/usr/share/man/man1/tool.1.gz'));
	t.false(isForPeople('/usr/share/misc/magic'));
});

test('a data file needs the shim, and is named as the reason', t => {
	const {engine, reason} = chooseEngine({data: magic, variables: [], programs: [tool]});
	t.is(engine, 'shim');
	t.is(reason, '/usr/share/misc/magic is looked for at its own path');
});

test('a variable needs the shim, which takes it back for programs of the host', t => {
	const {engine, reason} = chooseEngine({data: undefined, variables: ['PATH'], programs: [tool]});
	t.is(engine, 'shim');
	t.regex(reason, /^PATH is set/u);
});

for (const [title, facts, words] of [
	['a static program', {linkage: 'static'}, /is static/u],
	['a program that calls the kernel itself', {linkage: 'own-calls'}, /past its C library/u],
	['a program of a machine without a shim', {hasShim: false}, /no shim was built/u],
] as const) {
	test(`${title} needs a namespace where there is data, and none otherwise`, t => {
		const other = {...tool, path: sysrootPath('/usr/bin/other'), ...facts};
		const programs = [tool, other];
		const choice = chooseEngine({data: magic, variables: [], programs});
		t.is(choice.engine, 'userns');
		t.regex(choice.reason, words);
		t.regex(choice.reason, /^\/usr\/bin\/other/u);
		t.is(choice.of(tool).engine, 'shim');
		t.is(choice.of(other).engine, 'userns');
		const harmless = chooseEngine({data: undefined, variables: ['PATH'], programs});
		t.is(harmless.engine, 'shim');
		t.is(harmless.of(other).engine, 'direct');
	});
}
