import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {readDeb} from '../../lib/deb/read-deb.js';
import {readDebPayload} from '../../lib/deb/read-payload.js';
import {buildDeb, type DebSpec} from '../helpers/packages/deb-build.js';
import {describeTree} from '../helpers/packages/rpm-query.js';
import {need} from '../helpers/run/need.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const long = `/usr/share/tool/${'deep/'.repeat(40)}file`;
const spec: DebSpec = {
	name: 'tool',
	version: '1:2.3~rc1-4+b1',
	arch: 'amd64',
	tree: {
		'/usr/bin/tool': {content: '#!/bin/sh\necho tool\n', mode: 0o4755},
		'/usr/bin/same': {hardLink: '/usr/bin/tool'},
		'/usr/share/tool/empty': '',
		'/usr/share/tool/numbers': Buffer.from(Array.from({length: 300_000}, (_, i) => (i * i) % 251)),
		"/usr/share/tool/größe und 'quotes'": 'a name',
		[long]: 'a long name',
		'/usr/share/tool/link': {link: '../../bin/tool'},
		'/etc/tool.conf': 'setting=1\n',
	},
	control: [
		'Multi-Arch: same',
		'Depends: libc6 (>= 2.36), one | two (<< 3)',
		'Pre-Depends: dpkg (>= 1.15)',
		'Provides: virtual (= 1)',
		'Breaks: old (<< 2)',
	],
	controlFiles: {
		conffiles: '/etc/tool.conf\nremove-on-upgrade /etc/gone\n',
		postinst: '#!/bin/sh -e\nldconfig\n',
		md5sums: `${createHash('md5').update('setting=1\n').digest('hex')}  etc/tool.conf\n`,
		triggers: 'interest-noawait /usr/lib\n',
	},
};

for (const compressor of ['gzip', 'xz', 'zstd', 'none'] as const) {
	test(`a package compressed with ${compressor} unpacks as dpkg-deb unpacks it`, async t => {
		if (!need(t, 'dpkg-deb', 'xz', 'zstd')) {
			return;
		}

		const scratch = makeScratch(t);
		const file = buildDeb(scratch, {...spec, compressor});
		const unpacked = join(scratch, 'unpacked');
		mkdirSync(unpacked);
		execFileSync('dpkg-deb', ['-x', file, unpacked]);
		const theirs = describeTree(unpacked);
		const ours = new Map<string, string>();
		const digests = new Map<string, string>();
		for await (const entry of readDebPayload(await readDeb(file))) {
			const digest = createHash('sha256');
			for await (const chunk of entry.content) {
				digest.update(chunk);
			}

			const kind = entry.kind === 'hard-link' ? 'file' : entry.kind;
			const content =
				entry.kind === 'hard-link'
					? (digests.get(entry.linkTarget ?? '') ?? '')
					: kind === 'file'
						? digest.digest('hex')
						: (entry.linkTarget ?? '');
			digests.set(entry.path, content);
			ours.set(entry.path, `${kind} ${entry.mode.toString(8)} ${content}`);
		}

		ours.delete('/');
		t.deepEqual(
			[...ours].sort(),
			[...theirs]
				.map(([path, {kind, mode, content}]) => [path, `${kind} ${mode} ${content}`])
				.sort(),
		);
	});
}

test('the control archive is told in full', async t => {
	if (!need(t, 'dpkg-deb')) {
		return;
	}

	const pkg = await readDeb(buildDeb(makeScratch(t), spec));
	t.like(pkg, {
		name: 'tool',
		version: '1:2.3~rc1-4+b1',
		architecture: 'amd64',
		triggers: 'interest-noawait /usr/lib\n',
	});
	t.is(pkg.control.get('multi-arch'), 'same');
	t.deepEqual(pkg.conffiles, ['/etc/tool.conf']);
	t.deepEqual(pkg.maintainerScripts, [
		{name: 'postinst', interpreter: ['/bin/sh', '-e'], text: '#!/bin/sh -e\nldconfig\n'},
	]);
	t.deepEqual([...pkg.md5sums.keys()], ['/etc/tool.conf']);
	t.deepEqual(
		pkg.dependencies.depends.map(alternatives => alternatives.map(({name}) => name)),
		[['libc6'], ['one', 'two']],
	);
	t.is(pkg.dependencies.preDepends[0]?.[0]?.name, 'dpkg');
	t.is(pkg.dependencies.provides[0]?.[0]?.range?.version, '1');
	t.is(pkg.dependencies.breaks[0]?.[0]?.range?.operator, '<<');
});
