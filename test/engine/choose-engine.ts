import test from 'ava';
import {chooseEngine} from '../../lib/engine/choose-engine.js';
import type {ProgramFacts} from '../../lib/engine/choose-engine.js';
import type {ProjectedPath} from '../../lib/engine/projected-path.js';
import {bundlePath, sysrootPath} from '../../lib/paths/paths.js';

const tool: ProgramFacts = {path: sysrootPath('/usr/bin/tool'), linkage: 'dynamic', hasShim: true};
const launched: ProjectedPath = {
	kind: 'file',
	path: tool.path,
	behind: bundlePath('root/usr/bin/.tool.dynpk'),
	forLoader: false,
};
const file = (path: string, forLoader = false): ProjectedPath => ({
	kind: 'file',
	path: sysrootPath(path),
	forLoader,
});

test('programs, libraries and manual pages need no engine', t => {
	const projected = [
		launched,
		file('/usr/lib/x86_64-linux-gnu/libz.so.1', true),
		file('/usr/share/man/man1/tool.1.gz'),
		{kind: 'link', path: sysrootPath('/usr/bin/t'), target: 'tool', forLoader: false},
	] as const;
	t.is(chooseEngine({projected, programs: [tool]}).engine, 'direct');
});

test('a data file needs the shim, and is named as the reason', t => {
	const projected = [launched, file('/usr/share/misc/magic')];
	t.deepEqual(chooseEngine({projected, programs: [tool]}), {
		engine: 'shim',
		reason: '/usr/share/misc/magic is looked for at its own path',
	});
});

for (const [title, facts, words] of [
	['a static program', {linkage: 'static'}, /is static/u],
	['a program that calls the kernel itself', {linkage: 'own-calls'}, /past its C library/u],
	['a program of a machine without a shim', {hasShim: false}, /no shim was built/u],
] as const) {
	test(`${title} needs a namespace where there is data, and none otherwise`, t => {
		const programs = [tool, {...tool, path: sysrootPath('/usr/bin/other'), ...facts}];
		const choice = chooseEngine({projected: [file('/etc/tool.conf')], programs});
		t.is(choice.engine, 'userns');
		t.regex(choice.reason, words);
		t.regex(choice.reason, /^\/usr\/bin\/other/u);
		t.is(chooseEngine({projected: [launched], programs}).engine, 'direct');
	});
}
