/**
 * An RPM world of Debian's programs: each package of a directory of Debian packages made anew by
 * rpmbuild, with the soname requires and provides that rpm's own generators find.
 *
 * What rpm cannot find in the files is said as in any RPM distribution: a package that is no
 * library is required by name. One rpmbuild makes them all, because its start costs more than a
 * package does. What Debian would run on installing becomes a scriptlet.
 */
import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdir, readdir, rename, rm, writeFile} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {promisify} from 'node:util';
import {readDeb, type DebPackage} from '../../../lib/deb/read-deb.js';
import {makeBaseSystemRules} from '../../../lib/packages/solve/base-system.js';
import {makeOnce} from '../../hosts/lib/make-once.js';
import {specOf, type WorldPackage} from './package-world-spec.js';
import {writeTree, type TreeLiteral} from './rpm-build.js';

const run = promisify(execFile);

export interface RpmLayout {
	/** Options of tar(1) that move or leave out what the Debian packages have. */
	readonly tar: readonly string[];
	/** Files that a package has besides, by its name. */
	readonly extra: Readonly<Record<string, TreeLiteral>>;
}

/** Raise when the making changes. */
const FORMAT = 3;

const asDebian: RpmLayout = {tar: [], extra: {}};

/** Make the world of the packages in the directory `debs`, or find it: its path. */
export async function rpmWorld(debs: string, layout = asDebian): Promise<string> {
	const recipe = JSON.stringify([FORMAT, basename(debs), layout]);
	const digest = createHash('sha256').update(recipe).digest('hex').slice(0, 16);
	return makeOnce(join(dirname(debs), `rpms-${digest}`), async directory => {
		const work = join(directory, 'work');
		const tree = join(work, 'tree');
		await mkdir(tree, {recursive: true});
		await writeFile(join(work, 'world.spec'), specOf(await unpackAll(debs, tree, layout), tree));
		await build(work);
		for (const file of await readdir(join(work, 'out'))) {
			await rename(join(work, 'out', file), join(directory, file));
		}

		await rm(work, {recursive: true});
	});
}

async function unpackAll(
	debs: string,
	tree: string,
	layout: RpmLayout,
): Promise<readonly WorldPackage[]> {
	const findBaseSystemRule = makeBaseSystemRules();
	const packages: WorldPackage[] = [];
	for (const file of (await readdir(debs)).sort()) {
		const facts = await readDeb(join(debs, file));
		if (findBaseSystemRule('deb', facts.name) === undefined) {
			packages.push({facts, paths: await unpack(facts, tree, layout)});
		}
	}

	// rpm looks for dependencies in executable files only: libraries have to be such, and modules with
	// an interpreter of their makers' machine must not be.
	await run('find', [
		...[tree, '-type', 'f', '(', '-name', '*.so*', '-exec', 'chmod', '755', '{}', '+', ')'],
		...['-o', '-type', 'f', '-name', '*.py', '-exec', 'chmod', '644', '{}', '+'],
	]);
	return packages;
}

/** Nothing that a program reads; a `.pc` file would make its package require pkg-config. */
const passedOver = ['doc', 'man', 'info', 'locale', 'lintian', 'bug', 'pkgconfig'].map(
	name => `--exclude=./usr/share/${name}`,
);

/** Unpack below `tree` and name what was unpacked, without the directories. */
async function unpack(facts: DebPackage, tree: string, layout: RpmLayout): Promise<string[]> {
	const options = [
		...['--verbose', '--show-transformed-names', '--quoting-style=literal'],
		...['--keep-directory-symlink', '--no-same-owner', ...passedOver, ...layout.tar],
	];
	const script = 'dpkg-deb --fsys-tarfile "$1" | tar --extract --file=- --directory="$2" "${@:3}"';
	const {stdout} = await run(
		'bash',
		['-o', 'pipefail', '-c', script, 'unpack', facts.path, tree, ...options],
		{maxBuffer: 1 << 26, env: {...process.env, LC_ALL: 'C'}},
	);
	const extra = layout.extra[facts.name] ?? {};
	writeTree(tree, extra);
	const unpacked = stdout
		.split('\n')
		.filter(path => path !== '' && !path.endsWith('/'))
		.map(path => path.replace(/^\./u, ''));
	return [...new Set([...unpacked, ...Object.keys(extra)])];
}

async function build(work: string): Promise<void> {
	const defines = {
		_topdir: work,
		_tmppath: work,
		_dbpath: join(work, 'db'),
		_rpmdir: join(work, 'out'),
		_rpmfilename: '%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm',
		_build_id_links: 'none',
		__os_install_post: '%{nil}',
		_binary_payload: 'w0.ufdio',
		debug_package: '%{nil}',
	};
	const flags = Object.entries(defines).flatMap(([name, value]) => [
		'--define',
		`${name} ${value}`,
	]);
	const target = ['--target', 'x86_64-linux'];
	await run(
		'rpmbuild',
		['-bb', '--quiet', '--nodeps', ...target, ...flags, join(work, 'world.spec')],
		{
			maxBuffer: 1 << 26,
			env: {PATH: process.env.PATH, HOME: work, LC_ALL: 'C.UTF-8', SOURCE_DATE_EPOCH: '1700000000'},
		},
	);
}
