/**
 * What we read of dpkg's database, against dpkg-query: every package, every list, and the owners of
 * the names that a list or this machine has.
 */
import {execFile, execFileSync} from 'node:child_process';
import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {openDpkgFiles} from '../../lib/installed/dpkg-files.js';
import {queryDpkg} from '../../lib/installed/query-dpkg.js';
import {readDpkg} from '../../lib/installed/read-dpkg.js';
import {hostPath} from '../../lib/paths/paths.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import {need} from '../helpers/run/need.js';
import {sampleOf} from '../helpers/run/sample.js';

/** The fewest that a system of a few hundred packages has, so that there all are looked at. */
const MOST_NAMES = 100_000;

test('packages, lists and owners are those of dpkg-query, for the files of this machine', async t => {
	if (!need(t, 'dpkg-query')) return;
	t.timeout(3_600_000);
	const files = openDpkgFiles(openSysroot(hostPath('/')));
	t.assert(files, 'the database of this machine is in the form that is known');
	const read = readDpkg(files!, undefined);
	const queried = queryDpkg(hostPath('/var/lib/dpkg'), {atOnce: false})!;
	const packages = read.packages();
	t.deepEqual(packages, queried.packages());

	const listed = new Set<string>();
	for (const [number, owner] of queried.packages().entries()) {
		const paths = queried.pathsOf(owner);
		t.deepEqual(read.pathsOf(packages[number]!), paths, owner.name);
		for (const path of paths) {
			// No argument of -S stands for the root itself.
			if (path !== '/') {
				listed.add(path);
			}
		}
	}

	const present = filesBelow('/');
	const names = [...new Set([...listed, ...present])].filter(path => !path.includes('\n'));
	const asked = sampleOf(t, names, MOST_NAMES);
	const listersOf = read.findListers(asked);
	const installed = new Set(packages.map(({name}) => name));
	const theirs = await searchByDpkg(asked);
	const different = asked.filter(path => {
		const expected = (theirs.get(path) ?? []).filter(name => installed.has(name));
		const found = listersOf(path).map(({name}) => name);
		// Of many, two are enough.
		return (
			found.length !== Math.min(expected.length, 2) || !found.every(name => expected.includes(name))
		);
	});
	t.log(
		`${packages.length} packages, ${listed.size} listed and ${present.length} present names compared`,
	);
	t.deepEqual(different, []);
});

const others = new Set(['/proc', '/sys', '/dev', '/run', '/tmp', '/work']);

function filesBelow(root: string): string[] {
	const pending = [root];
	const found: string[] = [];
	for (const directory of pending) {
		for (const entry of readdirSync(directory, {withFileTypes: true})) {
			const path = join(directory, entry.name);
			if (others.has(path)) {
				continue;
			}

			found.push(path);
			if (entry.isDirectory()) {
				pending.push(path);
			}
		}
	}

	return found;
}

const BATCH = 10_000;

/** Names of the packages that list each path, as `dpkg-query -S` says; lines on diversions are not lists. */
async function searchByDpkg(paths: readonly string[]): Promise<Map<string, string[]>> {
	const found = new Map<string, string[]>();
	const plain = paths.filter(path => !/[*?[\\]/u.test(path));
	// A pattern is compared with every name, so those are few at a time.
	const patterns = paths.filter(path => /[*?[\\]/u.test(path));
	for (let start = 0; start < plain.length; start += BATCH) {
		await search(plain.slice(start, start + BATCH), found);
	}

	await search(
		patterns.map(path => path.replace(/[*?[\\]/gu, '\\$&')),
		found,
	);
	return found;
}

async function search(arguments_: readonly string[], found: Map<string, string[]>): Promise<void> {
	if (arguments_.length === 0) {
		return;
	}

	const stdout = await new Promise<string>(resolve => {
		const env = {LC_ALL: 'C', PATH: process.env.PATH};
		// It ends with 1 where it does not know one of them.
		execFile('dpkg-query', ['-S', ...arguments_], {env, maxBuffer: 1 << 28}, (_, text) =>
			resolve(text),
		);
	});
	for (const line of stdout.split('\n')) {
		const at = line.indexOf(': /');
		if (at !== -1 && !/^(?:local )?diversion /u.test(line)) {
			const names = line.slice(0, at).split(', ');
			const path = line.slice(at + 2);
			found.set(path, [...new Set(names.map(name => name.replace(/:.*$/u, '')))]);
		}
	}
}

test('the lists are those of dpkg-query -L', t => {
	if (!need(t, 'dpkg-query')) return;
	const files = openDpkgFiles(openSysroot(hostPath('/')))!;
	const read = readDpkg(files, undefined);
	for (const owner of read.packages().filter((_, number) => number % 25 === 0)) {
		const written = execFileSync('dpkg-query', ['-L', nameOf(owner)], {
			encoding: 'utf8',
			env: {LC_ALL: 'C', PATH: process.env.PATH},
			maxBuffer: 1 << 28,
		});
		const paths = written.split('\n').filter(line => line.startsWith('/'));
		t.deepEqual(
			read.pathsOf(owner).map(path => (path === '/' ? '/.' : path)),
			paths as unknown[],
			owner.name,
		);
	}
});

function nameOf({
	name,
	architecture,
}: {
	readonly name: string;
	readonly architecture: string;
}): string {
	return architecture === 'all' ? name : `${name}:${architecture}`;
}
