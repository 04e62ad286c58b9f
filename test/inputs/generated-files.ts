import {chmodSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import {findGeneratedFiles} from '../../lib/inputs/generated-files.js';
import type {InstalledPackage, PackageDatabase} from '../../lib/installed/package-database.js';
import {sysrootPath, type SysrootPath} from '../../lib/paths/paths.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import {putFile} from '../helpers/worlds/put-file.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const tool: InstalledPackage = {
	manager: 'deb',
	name: 'tool',
	version: '1',
	architecture: 'all',
	essential: false,
	depends: [],
	recommends: [],
	provides: [],
	source: undefined,
	license: undefined,
};

interface World {
	/** Path to content; as putFile() takes it; `!x` may be read by its owner and group only. */
	readonly files: Readonly<Record<string, string>>;
	readonly listed?: readonly string[];
	/** Files that some other package lists. */
	readonly others?: readonly string[];
	readonly own: readonly string[];
	/** In place of what the directories of the root hold. */
	readonly names?: (path: SysrootPath) => readonly string[] | undefined;
}

function generated(t: ExecutionContext, world: World): readonly SysrootPath[] {
	const root = makeScratch(t);
	for (const [path, content] of Object.entries(world.files)) {
		const place = putFile(root, path, content);
		if (!content.startsWith('-> ')) {
			chmodSync(place, content.startsWith('!') ? 0o640 : 0o644);
		}
	}

	const listed = (world.listed ?? []).map(sysrootPath);
	const database: PackageDatabase = {
		manager: 'deb',
		isInstalled: true,
		find: () => undefined,
		names: () => [],
		owners: paths =>
			new Map(
				paths
					.filter(path => [...listed, ...(world.others ?? [])].includes(path))
					.map(path => [path, tool]),
			),
		files: () => new Map([[tool, listed]]),
		ownDirectories: () => new Map(world.own.map(path => [sysrootPath(path), tool])),
	};
	const sysroot = openSysroot(root);
	const list = (path: SysrootPath) => world.names?.(path) ?? sysroot.list(path);
	return findGeneratedFiles([tool], database, {...sysroot, list}).map(({path}) => path);
}

test('what nobody lists in a package’s own directory was made for it, below it too', t => {
	const files = {
		'/usr/lib/tool/registry': '',
		'/usr/lib/tool/listed': '',
		'/usr/lib/tool/new/deep': '',
		'/usr/lib/tool/other/listed': '',
		'/usr/lib/elsewhere': '',
	};
	t.deepEqual(
		generated(t, {
			files,
			listed: ['/usr/lib/tool/listed'],
			others: ['/usr/lib/tool/other/listed'],
			own: ['/usr/lib/tool'],
		}) as unknown,
		['/usr/lib/tool/new/deep', '/usr/lib/tool/registry'],
	);
});

test('configuration is only taken where a rule says that installing makes it', t => {
	const files = {
		'/etc/php/8.2/cli/conf.d/10-pdo.ini': '-> /etc/php/8.2/mods-available/pdo.ini',
		'/etc/php/8.2/mods-available/pdo.ini': '',
		'/etc/tool/site.conf': '',
	};
	t.deepEqual(generated(t, {files, own: ['/etc/php/8.2/cli/conf.d', '/etc/tool']}) as unknown, [
		'/etc/php/8.2/cli/conf.d/10-pdo.ini',
	]);
});

test('a registry in a directory of many packages is that of each', t => {
	const registry = '/var/lib/ghc/package.conf.d';
	const files = {[`${registry}/package.cache`]: '', [`${registry}/other.conf`]: ''};
	t.deepEqual(
		generated(t, {
			files,
			listed: [registry],
			others: [`${registry}/other.conf`],
			own: [],
		}) as unknown,
		[`${registry}/package.cache`],
	);
});

test('what is private, or leads nowhere or home, is never taken', t => {
	const files = {
		'/usr/share/tool/a': '!secret',
		'/usr/share/tool/b': '-----BEGIN PRIVATE KEY-----\n',
		'/usr/share/tool/c': '-> /nowhere',
		'/usr/share/tool/d': '-> /home/me/notes',
		'/home/me/notes': '',
		'/usr/share/tool/e.key': '',
		'/usr/share/tool/f': '',
	};
	t.deepEqual(generated(t, {files, own: ['/usr/share/tool']}) as unknown, ['/usr/share/tool/f']);
});

test('modules that someone installed past the package manager are left to --with', t => {
	const files = {
		'/usr/lib/node_modules/huge/index.js': '',
		'/usr/lib/node_modules/npm/node_modules/new/index.js': '',
		'/usr/lib/tool/__pycache__/a.cpython-311.pyc': '',
	};
	const own = ['/usr/lib/node_modules', '/usr/lib/node_modules/npm/node_modules', '/usr/lib/tool'];
	t.deepEqual(generated(t, {files, listed: ['/usr/lib/node_modules/npm'], own}) as unknown, [
		'/usr/lib/node_modules/npm/node_modules/new/index.js',
	]);
});

test('a directory of any number of names is borne', t => {
	const names = Array.from({length: 200_000}, (_, number) => `gone-${number}`);
	const found = generated(t, {
		files: {'/usr/lib/tool/many/one': ''},
		own: ['/usr/lib/tool'],
		names: path => (path === '/usr/lib/tool/many' ? [...names, 'one'] : undefined),
	});
	t.deepEqual(found as readonly string[], ['/usr/lib/tool/many/one']);
});
