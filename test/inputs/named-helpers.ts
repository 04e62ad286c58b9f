/** Programs that a packed setting names and that stay behind are told. */
import {join} from 'node:path';
import test from 'ava';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {need} from '../helpers/run/need.js';
import {buildInstalled, type InstalledPackageSpec} from '../helpers/worlds/installed-world.js';

const program = {libc: true, source: 'int main(void) { return 0; }\n'} as const;
const delegates = `<!-- <delegate command="&quot;of-comments&quot;"/> -->
<delegate decode="svg" command="&quot;draw&quot; -o &quot;%o&quot; &quot;%i&quot;; /usr/bin/basic &quot;%o&quot;"/>
<delegate decode="ps" command='" absent" "%i"'/>
<delegate decode="dot" command='&quot;own&quot; &quot;%i&quot; | /opt/tools/filter &gt; &quot;%o&quot;' />
`;
const packages = {
	basic: {files: {'/usr/bin/basic': program}, fields: ['Essential: yes']},
	art: {
		files: {
			'/usr/bin/art': program,
			'/usr/bin/own': program,
			'/etc/ImageMagick-6/delegates.xml': {text: delegates},
			'/usr/lib/mime/packages/art': {
				text: '# text/x; of-comments\nimage/x; show -t \\; %s; test=test -n "$DISPLAY"\n',
			},
			'/etc/gitconfig': {text: '[filter "large"]\n\tclean = keep -- %f\n\trequired = true\n'},
			'/usr/share/texmf/web2c/texmf.cnf': {
				text: 'shell_escape = p\nshell_escape_commands = \\\nbibtex,own,\\\nkeep,\\\n\nother = draw\n',
			},
		},
	},
	drawing: {files: {'/usr/bin/draw': program}},
	others: {files: {'/usr/bin/show': program, '/usr/bin/keep': program}},
} satisfies Record<string, InstalledPackageSpec>;
const unlisted = {'/opt/tools/filter': program, '/usr/bin/of-comments': program} as const;

test('delegates, viewers, filters and what TeX may start are told where they stay behind', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(t, packages, unlisted);
	const bundle = join(world.root, '../bundle');
	const packed = await world.pack(['art', '-o', bundle]);
	t.deepEqual(packed, {
		...packed,
		status: 0,
		stderr:
			'dynpk: /etc/ImageMagick-6/delegates.xml and 3 more files name draw (deb:drawing), filter, keep (deb:others), show (deb:others): not packed; programs that are targets too travel along\n',
	});
	const {findings} = readManifest(join(bundle, 'dynpk.json'));
	t.deepEqual(
		findings
			.filter(({code}) => code === 'HELPER_LEFT_OUT')
			.map(({path, message}) => [path, message]),
		[
			['/etc/ImageMagick-6/delegates.xml', 'names draw (/usr/bin/draw, deb:drawing)'],
			['/etc/ImageMagick-6/delegates.xml', 'names filter (/opt/tools/filter)'],
			['/etc/gitconfig', 'names keep (/usr/bin/keep, deb:others)'],
			['/usr/lib/mime/packages/art', 'names show (/usr/bin/show, deb:others)'],
			['/usr/share/texmf/web2c/texmf.cnf', 'names keep (/usr/bin/keep, deb:others)'],
		],
	);
	const all = ['art', 'draw', 'show', 'keep', '/opt/tools/filter', '--dry-run'];
	t.is((await world.pack(all)).stderr, '');
});
