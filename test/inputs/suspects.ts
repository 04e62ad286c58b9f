/** Data that programs name by a path compiled in, and that nothing else brings. */
import {join} from 'node:path';
import test from 'ava';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {buildInstalled} from '../helpers/worlds/installed-world.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

/** Prints the first line of each file. */
const reading = (name: string, ...files: readonly string[]): string => `
#include <stdio.h>
static void print(const char *pattern, const char *name)
{
	char path[200], line[100] = "nothing\\n";
	snprintf(path, sizeof path, pattern, name);
	FILE *data = fopen(path, "r");
	if (data != NULL)
		fgets(line, sizeof line, data);
	fputs(line, stdout);
}
int ${name}(void)
{
	${files.map(file => `print("${file}", "table");`).join('\n\t')}
	return 0;
}
`;

test('what a program names by a compiled-in path is told with the evidence, and taken on request', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(
		t,
		{
			tool: {
				files: {
					'/usr/bin/tool': {
						libc: true,
						source: `${reading('main', '/usr/share/words/list', '/usr/share/tables/%s.dat')}
const char *const others[] = {
	"see /usr/share/prose/text for more", "/usr/share/zoneinfo/UTC", "/usr/share/doc/words/list",
	"/usr/share/tool/own", "/usr/share/absent/x", "/usr/share", "/usr/share/%s/x", "/opt/elsewhere/x",
	"/usr/share/absent /usr/share/list/of /usr/lib",
};
`,
					},
					'/usr/share/tool/own': {text: ''},
				},
			},
			words: {files: {'/usr/share/words/list': {text: 'of another package\n'}}},
		},
		{
			'/usr/share/tables/table.dat': {text: 'of nobody\n'},
			'/usr/share/tables/.netrc': {text: ''},
			'/usr/share/prose/text': {text: ''},
			'/usr/share/list/of/x': {text: ''},
			'/usr/share/zoneinfo/UTC': {text: ''},
			'/usr/share/doc/words/list': {text: ''},
			'/opt/elsewhere/x': {text: ''},
		},
	);
	const notice =
		'dynpk: 3 files or directories that programs name stay behind (/usr/share/list/of, /usr/share/tables, /usr/share/words/list); --suspected packs them, dynpk inspect --suspects tells where\n';
	const without = join(world.root, '../without');
	const said = await world.pack(['tool', '-o', without]);
	t.deepEqual([said.status, said.stderr], [0, notice]);
	t.is((await world.pack(['tool', '--scope', 'closure', '--dry-run'])).stderr, '');
	const some = [
		'--exclude',
		'/usr/share/tables',
		'--exclude',
		'/usr/share/list/of',
		'--with',
		'/usr/share/words',
		'--dry-run',
	];
	t.is((await world.pack(['tool', ...some])).stderr, '');

	const evidence = [
		/^\/usr\/share\/list\/of: is named in \/usr\/bin\/tool \(“\/usr\/share\/absent \/usr\/share\/list\/of \/usr\/lib” at \d+\), and stays behind$/u,
		/^\/usr\/share\/tables: is named in \/usr\/bin\/tool \(“\/usr\/share\/tables\/%s\.dat” at \d+\), and stays behind$/u,
		/^\/usr\/share\/words\/list: is named in \/usr\/bin\/tool \(“\/usr\/share\/words\/list” at \d+\), and stays behind$/u,
	];
	const asked = await runDynpk(['inspect', 'tool', '--suspects', '--sysroot', world.root], {
		env: {PATH: '/usr/bin'},
	});
	t.deepEqual([asked.status, asked.stderr], [0, '']);
	const lines = asked.stdout.trimEnd().split('\n');
	t.is(lines.length, evidence.length);
	evidence.forEach((pattern, at) => t.regex(lines[at] ?? '', pattern));
	t.is((await runDynpk(['inspect', without, '--suspects'])).stdout, asked.stdout);
	const {stdout} = await runDynpk(['inspect', without, '--suspects', '--json']);
	t.like(JSON.parse(stdout), {
		schema: 'dynpk-suspects/1',
		suspects: [
			{path: '/usr/share/list/of'},
			{path: '/usr/share/tables'},
			{path: '/usr/share/words/list'},
		],
	});

	const bundle = join(world.root, '../bundle');
	const packed = await world.pack(['tool', '--suspected', '-o', bundle]);
	t.is(packed.status, 0);
	t.regex(packed.stderr, /^dynpk: \/usr\/share\/tables\/\.netrc: left out because [^\n]*\n$/u);
	const {files} = readManifest(join(bundle, 'dynpk.json'));
	const reasonOf = (path: string) => files.find(({source}) => source === path)?.reason;
	t.is(reasonOf('/usr/share/tables/table.dat'), 'named in /usr/bin/tool');
	t.is(reasonOf('/usr/share/words/list'), 'named in /usr/bin/tool');
	t.is(reasonOf('/usr/share/list/of/x'), 'named in /usr/bin/tool');
	t.is(reasonOf('/usr/share/prose/text'), undefined);
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) continue;
		const answer = await runOnHost(host, {bundle, argv: ['bin/tool']});
		const stdout = 'of another package\nof nobody\n';
		t.deepEqual(answer, {status: 0, signal: undefined, stdout, stderr: ''}, name);
	}
});

test('a prefix that many share: what a program and a library of it name there, sources apart', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(
		t,
		{},
		{
			'/srv/bin/own': {
				libc: true,
				source: `int main(void) { return 0; }
const char *const others[] = {"/srv/lib", "/srv/src/own/main.c", "/srv/share/locale"};
`,
				needs: ['/srv/lib/libown.so'],
				rpath: '/srv/lib',
			},
			'/srv/lib/libown.so': {
				libc: true,
				source: reading('show', '/srv/share/own/data'),
			},
			'/srv/share/own/data': {text: 'of the library\n'},
			'/srv/share/locale/de/x': {text: ''},
			'/srv/src/own/main.c': {text: ''},
		},
	);
	const plan = await world.plan(['/srv/bin/own', '--suspected']);
	t.is(plan.get('/srv/share/own/data'), 'named in /srv/lib/libown.so');
	t.false(plan.has('/srv/src/own/main.c'));
	t.false(plan.has('/srv/share/locale/de/x'));
});

test('a program of no package, wherever it lies, is asked for data of the site', async t => {
	if (!need(t, 'gcc')) return;
	const source = reading('main', '/srv/tables/list', '/opt/words/%s');
	const world = await buildInstalled(
		t,
		{},
		{
			'/work/tool': {libc: true, source},
			'/srv/tables/list': {text: 'of nobody\n'},
			'/opt/words/table': {text: 'of nobody\n'},
		},
	);
	const {status, stderr} = await world.pack(['/work/tool', '--dry-run']);
	t.is(status, 0);
	t.regex(
		stderr,
		/^dynpk: 2 files or directories that programs name stay behind \(\/opt\/words, \/srv\/tables\/list\);/u,
	);
});
