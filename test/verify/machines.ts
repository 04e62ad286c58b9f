/** Bundles for other machines and for several at once, as `verify` sees them. */
import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test from 'ava';
import type {BundleManifest, LoaderRecord} from '../../lib/manifest/manifest.js';
import {bundlePath, hostPath, sysrootPath} from '../../lib/paths/paths.js';
import {checkClosures} from '../../lib/verify/check-closures.js';
import {checkHost} from '../../lib/verify/check-host.js';
import type {ElfSpec} from '../helpers/elf/elf-spec.js';
import {writeElf} from '../helpers/elf/elf-writer.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

function loader(name: string, machine: string): LoaderRecord {
	return {
		path: bundlePath(`libexec/dynpk/${name}`),
		interpreter: sysrootPath(`/lib/${name}`),
		libc: 'glibc',
		version: '2.36',
		machine,
		class: machine === 'i386' ? 32 : 64,
		edits: [],
		isolated: true,
		originalSha256: '',
	};
}

const wide = loader('ld-linux-x86-64.so.2', 'x86-64');
const narrow = loader('ld-linux.so.2', 'i386');
const foreign = loader('ld-linux-aarch64.so.1', 'aarch64');

function bundle(loaders: readonly LoaderRecord[], objects: readonly string[]): BundleManifest {
	return {
		format: 'dynpk-bundle',
		version: 1,
		name: 'mixed',
		tool: 'a test',
		programs: [],
		loaders,
		launches: [],
		engine: {choice: 'direct', reason: 'a test'},
		packages: [],
		files: [],
		objects: objects.map(path => ({
			path: bundlePath(path),
			needed: [{name: 'ld-linux.so.2', place: 'ld-so-cache', to: narrow.path}],
		})),
		findings: [],
	};
}

const answers: readonly (readonly [string, readonly LoaderRecord[], readonly string[]])[] = [
	['x64', [wide], []],
	['x64', [narrow], []],
	['x64', [wide, narrow], []],
	['x64', [foreign], ['the bundle is for aarch64']],
	['x64', [wide, foreign], ['some programs of the bundle are for aarch64']],
	['ia32', [wide, narrow], ['some programs of the bundle are for x86-64']],
	['arm64', [foreign], []],
	['arm64', [wide, narrow], ['the bundle is for x86-64, i386']],
];

for (const [processor, loaders, messages] of answers) {
	const machines = loaders.map(({machine}) => machine).join(' and ');
	test(`a host that is ${processor} and a bundle of ${machines}`, t => {
		const found = checkHost(bundle(loaders, []), processor);
		t.deepEqual(
			found.filter(({code}) => code === 'WRONG_MACHINE').map(({message}) => message),
			messages,
		);
	});
}

test('an object is searched for as programs of its own machine search', t => {
	const top = makeScratch(t);
	const i386: ElfSpec = {class: 32, machine: 3};
	const files: Readonly<Record<string, ElfSpec>> = {
		[wide.path]: {dynamic: {soname: 'ld-linux-x86-64.so.2'}},
		[narrow.path]: {...i386, dynamic: {soname: 'ld-linux.so.2'}},
		'lib-i686/libc.so.6': {...i386, dynamic: {soname: 'libc.so.6', needed: ['ld-linux.so.2']}},
		'lib-i686/libgap.so': {...i386, dynamic: {needed: ['libc.so.6', 'libgone.so']}},
	};
	for (const [path, spec] of Object.entries(files)) {
		mkdirSync(dirname(join(top, path)), {recursive: true});
		writeFileSync(join(top, path), writeElf(spec).bytes);
	}

	const manifest = bundle([wide, narrow], Object.keys(files).slice(2));
	t.deepEqual(
		checkClosures(hostPath(top), manifest).map(({path, message}) => `${path} ${message}`),
		['lib-i686/libgap.so needs libgone.so, which is not in the bundle'],
	);
});
