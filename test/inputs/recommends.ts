/** Which packages go with those that are needed, and which objects of others. */
import test from 'ava';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {
	buildInstalled,
	libraries,
	type InstalledPackageSpec,
} from '../helpers/worlds/installed-world.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';
import {join} from 'node:path';

const data = (name: string, ...fields: string[]): InstalledPackageSpec => ({
	files: {[`/usr/share/${name}/data`]: {text: `${name}\n`}},
	fields,
});

/** Prints what lies where its packages put it, and what its plug-ins say. */
const tool = `
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
int main(void)
{
	char path[600], line[100];
	FILE *extra = fopen("/usr/share/tool-extra/data", "r");
	printf("%s", extra && fgets(line, 100, extra) ? line : "nothing\\n");
	DIR *plugins = opendir("${libraries}/tool");
	for (struct dirent *entry; plugins && (entry = readdir(plugins));) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "${libraries}/tool/%s", entry->d_name);
		void *handle = dlopen(path, RTLD_NOW);
		int (*answer)(void) = handle ? (int (*)(void))dlsym(handle, "answer") : NULL;
		printf("%s %d\\n", entry->d_name, answer ? answer() : 0);
	}
	return 0;
}
`;
const packages = {
	tool: {
		files: {
			'/usr/bin/tool': {libc: true, source: tool},
			[`${libraries}/libtool.so.1`]: {},
		},
		directories: [`${libraries}/tool`, `${libraries}/shared`, '/usr/lib/python3/dist-packages'],
		fields: [
			'Source: tools',
			'Depends: tool-data, libother1',
			'Recommends: tool-extra, absent | tool-other, debconf',
		],
	},
	'tool-data': data('tool-data', 'Source: tools (2.0)', 'Recommends: tool-more'),
	'tool-extra': data('tool-extra', 'Depends: tool-extra-data', 'Recommends: tool-far'),
	'tool-extra-data': data('tool-extra-data'),
	'tool-other': data('tool-other'),
	'tool-more': data('tool-more'),
	'tool-far': data('tool-far'),
	libother1: data('libother1', 'Recommends: other-extra'),
	'other-extra': data('other-extra'),
	debconf: data('debconf'),
	plug: {
		files: {
			[`${libraries}/tool/plug.so`]: {
				source: 'int number(void); int answer(void) { return number(); }',
				flags: ['-Wl,--unresolved-symbols=ignore-all'],
				needs: [`${libraries}/libplug.so.1`],
			},
			'/usr/share/plug/data': {text: ''},
			'/usr/lib/python3/dist-packages/plug.so': {},
		},
		fields: ['Depends: tool, libplug1'],
	},
	libplug1: {
		files: {[`${libraries}/libplug.so.1`]: {source: 'int number(void) { return 42; }'}},
	},
	stranger: {files: {[`${libraries}/shared/stranger.so`]: {}}},
	friend: {files: {[`${libraries}/shared/friend.so`]: {}}, fields: ['Depends: tool']},
} satisfies Record<string, InstalledPackageSpec>;

const shares = (sources: ReadonlyMap<string, string>): string[] =>
	[...sources.keys()].flatMap(path => /^\/usr\/share\/(.*)\/data$/u.exec(path)?.[1] ?? []).sort();

test('what the packages of targets recommend travels, and what those of one source with them do', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(t, packages);
	const needed = ['libother1', 'tool-data'];
	const named = [...needed, 'tool-extra', 'tool-extra-data', 'tool-more', 'tool-other'].sort();
	const all = [...named, 'other-extra', 'tool-far'].sort();
	const byDefault = await world.plan(['tool']);
	t.deepEqual(shares(byDefault), named);
	t.is(
		byDefault.get('/usr/share/tool-extra/data'),
		'package deb:tool-extra, recommended by deb:tool',
	);
	t.is(
		byDefault.get('/usr/share/tool-extra-data/data'),
		'package deb:tool-extra-data, needed by deb:tool-extra',
	);
	t.deepEqual(shares(await world.plan(['deb:tool'])), named);
	t.deepEqual(shares(await world.plan(['tool', '--recommends', 'none'])), needed);
	t.deepEqual(shares(await world.plan(['tool', '--recommends', 'all'])), all);
	t.deepEqual(shares(await world.plan(['tool', '--scope', 'closure'])), []);
});

test('objects that others put into a directory of packed packages alone travel with their libraries', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(t, packages);
	const bundle = join(world.root, '../bundle');
	const packed = await world.pack(['tool', '-o', bundle]);
	t.is(packed.status, 0);
	t.regex(
		packed.stderr,
		/^dynpk: deb:plug: a plug-in for deb:tool added, 0\.0 MB with libraries\n$/u,
	);
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) continue;
		const answer = await runOnHost(host, {bundle, argv: ['bin/tool']});
		const stdout = 'tool-extra\nplug.so 42\n';
		t.deepEqual(answer, {status: 0, signal: undefined, stdout, stderr: ''}, name);
	}

	const sources = await world.plan(['tool']);
	t.is(sources.get(`${libraries}/tool/plug.so`), 'plug-in of deb:tool');
	for (const path of [
		'/usr/share/plug/data',
		'/usr/lib/python3/dist-packages/plug.so',
		`${libraries}/shared/stranger.so`,
		`${libraries}/shared/friend.so`,
	]) {
		t.false(sources.has(path), path);
	}

	t.false((await world.plan(['tool', '--recommends', 'none'])).has(`${libraries}/tool/plug.so`));
});
