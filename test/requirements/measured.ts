/** What can be measured of the facts about releases: Debian's, by the libraries of three suites. */
import {existsSync, realpathSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {readElf} from '../../lib/elf/read-elf.js';
import {hostPath} from '../../lib/paths/paths.js';
import {distributions} from '../../lib/requirements/distributions.js';
import {compareNodes} from '../../lib/requirements/requirements.js';
import {needHost} from '../helpers/run/host-need.js';

const libraries = {
	GLIBC: ['libc.so.6', 'libm.so.6', 'libmvec.so.1'],
	GLIBCXX: ['libstdc++.so.6'],
	CXXABI: ['libstdc++.so.6'],
	GCC: ['libgcc_s.so.1'],
	LIBATOMIC: ['libatomic.so.1'],
	ZLIB: ['libz.so.1'],
} as const;
const places = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu'];

/** Of a family: its highest number, and its nodes without one. */
function measure(root: string, family: keyof typeof libraries): readonly [string, string[]] {
	const nodes = libraries[family].flatMap(soname => {
		const place = places.find(known => existsSync(join(root, known, soname)));
		if (place === undefined) throw new Error(`${root} has no ${soname}`);
		return readElf(hostPath(realpathSync(join(root, place, soname)))).versionDefinitions;
	});
	const own = nodes.filter(node => node.startsWith(`${family}_`) && node !== 'GLIBC_PRIVATE');
	const isNumbered = (node: string): boolean => /^[A-Z]+_[\d.]+$/u.test(node);
	const [highest = ''] = own.filter(isNumbered).sort((one, other) => compareNodes(other, one));
	const marks = own.filter(node => !isNumbered(node));
	return [highest.slice(family.length + 1), [...new Set(marks)].sort()];
}

for (const [suite, id] of [
	['bullseye', 'debian-11'],
	['trixie', 'debian-13'],
] as const) {
	test(`the libraries of ${suite} define what the data say of ${id}`, async t => {
		const host = await needHost(t, suite, ['libstdc++6', 'libatomic1', 'zlib1g']);
		if (host === undefined) return;
		const release = distributions.find(known => known.id === id);
		for (const family of Object.keys(libraries) as (keyof typeof libraries)[]) {
			const [highest, marks] = measure(host.root, family);
			const told = [...(release?.marks ?? [])].filter(mark => mark.startsWith(`${family}_`));
			t.is(highest, release?.nodes.get(family) ?? '', family);
			// An update may bring more, which a host of that release need not have.
			t.deepEqual(
				told.filter(mark => !marks.includes(mark)),
				[],
				family,
			);
			t.true(family !== 'CXXABI' || told.length > 0, 'marks must be held against something');
		}
	});
}
