/** What no package lists, or a rule would leave behind, and programs open: it is there on every host. */
import {readlinkSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {buildInstalled, libraries} from '../helpers/worlds/installed-world.js';
import {putFile} from '../helpers/worlds/put-file.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

const opened = {
	listed: '/var/lib/tool/data',
	format: '/var/lib/texmf/web2c/tool.fmt',
	settings: '/etc/texmf/web2c/texmf.cnf',
	paper: '/etc/papersize',
	index: '/usr/share/doc/maxima/info/index.lisp',
	smoothing: '/etc/fonts/conf.d/10-smooth.conf',
};
const left = ['/var/lib/tool/state', '/var/lib/tool/secret', '/usr/share/doc/maxima/README'];
/** Prints what it finds in each file. */
const source = `
#include <stdio.h>
int main(void)
{
	const char *paths[] = {${Object.values(opened)
		.map(path => JSON.stringify(path))
		.join(', ')}};
	for (unsigned at = 0; at < sizeof paths / sizeof *paths; at++) {
		char line[80] = "nothing";
		FILE *file = fopen(paths[at], "r");
		if (file)
			fgets(line, sizeof line, file);
		printf("%s ", line);
	}
	return 0;
}
`;

test('formats, settings, indexes and other names of programs that were made while installing travel', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(
		t,
		{
			tool: {
				files: {
					'/usr/bin/tool.original': {libc: true, source, needs: [`${libraries}/libpaper.so.1`]},
					[opened.listed]: {text: 'listed'},
					'/usr/share/doc/maxima/README': {text: ''},
					[opened.index]: {text: 'index'},
					'/var/lib/tool/secret': {text: '-----BEGIN PRIVATE KEY-----\n'},
					'/etc/fonts/conf.d/00-own.conf': {text: ''},
				},
				directories: ['/var/lib/texmf', '/etc/texmf', '/var/lib/tool/empty'],
				fields: ['Depends: libpaper1'],
			},
			fonts: {
				files: {'/etc/fonts/conf.d/99-other.conf': {text: ''}},
				directories: ['/usr/bin'],
			},
			libpaper1: {files: {[`${libraries}/libpaper.so.1`]: {}}},
		},
		{
			[opened.format]: {text: 'format'},
			[opened.settings]: {text: 'settings'},
			[opened.paper]: {text: 'letter'},
			[opened.smoothing]: {symlink: '/usr/share/smooth'},
			'/usr/share/smooth': {text: 'smooth'},
			'/var/lib/tool/state': {text: ''},
			'/usr/bin/tool': {symlink: '/etc/alternatives/tool'},
			'/etc/alternatives/tool': {symlink: '/usr/bin/tool.original'},
		},
	);
	putFile(
		world.root,
		'var/lib/dpkg/alternatives/tool',
		'auto\n/usr/bin/tool\n\n/usr/bin/tool.original\n1\n\n',
	);
	const bundle = join(world.root, '../bundle');
	const packed = await world.pack(['/usr/bin/tool.original', '-o', bundle]);
	t.is(packed.status, 0, packed.stderr);
	t.is(readlinkSync(join(bundle, 'bin/tool')), '../root/usr/bin/tool');
	const sources = new Set(readManifest(join(bundle, 'dynpk.json')).files.map(({source}) => source));
	for (const path of [...left, '/var/lib/tool/empty', '/etc/fonts/conf.d/99-other.conf']) {
		t.false(sources.has(path as never), path);
	}

	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) continue;
		const {status, stdout, stderr} = await runOnHost(host, {bundle, argv: ['bin/tool']});
		t.deepEqual([status, stderr], [0, ''], name);
		t.is(stdout, 'listed format settings letter index smooth ', name);
	}
});
