/** The manifest of a bundle, and all that is asked of one that is accepted. */
import {encodeManifest} from '../../../lib/manifest/encode-manifest.js';
import type {BundleManifest} from '../../../lib/manifest/manifest.js';
import {parseManifest} from '../../../lib/manifest/read-manifest.js';
import {graphOfManifest} from '../../../lib/inspect/graph-of-manifest.js';
import {compareTree} from '../../../lib/manifest/compare-tree.js';
import {bundlePath, sysrootPath} from '../../../lib/paths/paths.js';
import {verdictOf, type Format} from '../lib/format.js';
import {isRefusal} from '../lib/refusals.js';

const file = {
	kind: 'file',
	mode: '0755',
	size: 1,
	sha256: 'ab'.repeat(32),
	reason: 'target',
} as const;
const manifest: BundleManifest = {
	format: 'dynpk-bundle',
	version: 1,
	name: 'thing',
	tool: 'dynpk 1',
	programs: [{name: 'a', path: bundlePath('bin/a'), source: sysrootPath('/a')}],
	loaders: [],
	launches: [],
	engine: {choice: 'direct', reason: 'a test'},
	packages: [{id: 'deb:a', version: '1', architecture: 'amd64'}],
	files: [
		{...file, path: bundlePath('bin/a'), source: sysrootPath('/a')},
		{kind: 'symlink', path: bundlePath('root/l'), target: '../bin/a', reason: 'target'},
		{kind: 'directory', path: bundlePath('root'), mode: '0755', reason: 'target'},
	],
	objects: [],
	findings: [{code: 'LIBRARY_TWICE', path: '/a', message: 'words'}],
};
const words = [
	...['null', '[]', '{}', '""', '-1', '1e999', '"../x"', '"/x"', '"a\\u0000"', '"\\ud800"', 'true'],
	...[
		'"__proto__": {}',
		'"constructor": 1',
		'[[[[[[[[',
		',',
		':',
		'"kind": "file"',
		'"mode": "7777"',
	],
];

export const format: Format = {
	name: 'manifest',
	inputsInCheck: 400,
	open: () => ({
		originals: [{name: 'small', bytes: encodeManifest(manifest), words}],
		attempt: damaged =>
			verdictOf(() => {
				const read = parseManifest(damaged, 'bundle');
				graphOfManifest(read);
				compareTree(read, []);
			}, isRefusal),
	}),
};
