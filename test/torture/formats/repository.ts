/** Indices of repositories: repomd.xml, primary.xml and Debian's Packages. */
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {openPackageSet} from '../../../lib/packages/set/open-package-set.js';
import {hostPath} from '../../../lib/paths/paths.js';
import {verdictOf, type Format} from '../lib/format.js';
import {isRefusal} from '../lib/refusals.js';

const repomd = `<?xml version="1.0"?>
<repomd><data type="primary"><location href="repodata/primary.xml"/></data>
<data type="filelists"><location href="repodata/filelists.xml"/></data></repomd>`;
const primary = `<?xml version="1.0"?>
<metadata xmlns="x" xmlns:rpm="y" packages="1"><package type="rpm"><name>a</name><arch>x86_64</arch>
<version epoch="0" ver="1" rel="2"/><location href="a.rpm"/><format><rpm:license>MIT</rpm:license>
<rpm:provides><rpm:entry name="a" flags="EQ" epoch="0" ver="1" rel="2"/></rpm:provides>
<rpm:requires><rpm:entry name="(b or c)"/><rpm:entry name="d" flags="GE" ver="1"/></rpm:requires>
<file>/usr/bin/a</file></format></package></metadata>`;
const filelists = `<filelists><package name="a" arch="x86_64"><version epoch="0" ver="1" rel="2"/>
<file>/usr/share/a &amp; b</file></package></filelists>`;
const packages = `Package: a
Version: 1:2-3
Architecture: amd64
Filename: pool/a.deb
Depends: b (>= 1) | c [amd64] <!nocheck>, d:any
Provides: e (= 1)
Description: a
 more
`;
const words = [
	...[
		'<!DOCTYPE a [<!ENTITY b "c">]>',
		'&amp;',
		'&b;',
		'&#0;',
		'<![CDATA[',
		']]>',
		'<!--',
		'-->',
		'</',
	],
	...[
		'href="../../etc/passwd"',
		'href="/etc"',
		'<package>',
		'<rpm:entry name=""/>',
		'((((((((((a',
		' if ',
	],
	...[
		'\n\n',
		'\nPackage: b\n',
		', ',
		' | ',
		'(>= ',
		'[',
		'<',
		'\nFilename: ../../x',
		'\0',
		'\u{fffd}',
	],
];

export const format: Format = {
	name: 'repository',
	inputsInCheck: 80,
	open: scratch => {
		const texts = new Map([
			['repodata/repomd.xml', repomd],
			['repodata/primary.xml', primary],
			['repodata/filelists.xml', filelists],
			['Packages', packages],
		]);
		mkdirSync(join(scratch, 'repodata'));
		return {
			originals: [...texts].map(([name, text]) => ({name, bytes: Buffer.from(text), words})),
			attempt: async (damaged, {name}) => {
				for (const [other, text] of texts) {
					writeFileSync(join(scratch, other), other === name ? damaged : text);
				}

				if (name === 'Packages') rmSync(join(scratch, 'repodata/repomd.xml'));
				return await verdictOf(async () => {
					const set = await openPackageSet([], [hostPath(scratch)]);
					await set.findPaths(new Set(['/usr/share/a & b']));
				}, isRefusal);
			},
		};
	},
};
