/** What it costs to follow links: a hostile root has chains of them without end. */
import test from 'ava';
import {sysrootPath, type SysrootPath} from '../../lib/paths/paths.js';
import type {DirectoryIndex} from '../../lib/sysroot/directory-index.js';
import {makeLinkResolver} from '../../lib/sysroot/link-resolver.js';
import type {FileStatus} from '../../lib/sysroot/sysroot.js';

/** A root of links only, each with its target; counts how often one is read. */
function countingIndex(links: ReadonlyMap<string, string>): {
	index: DirectoryIndex;
	reads: () => number;
} {
	let reads = 0;
	const link = {kind: 'symlink'} as FileStatus;
	return {
		index: {
			hostPath: () => {
				throw new Error('nothing is opened');
			},
			names: () => new Set(links.keys()),
			entry: (_, name) => (links.has(name) ? link : undefined),
			isHidden: () => false,
			linkTarget(_, name) {
				reads++;
				return links.get(name);
			},
		},
		reads: () => reads,
	};
}

test('a chain of links without end is read about twice, whoever asks for which of them', t => {
	const COUNT = 20_000;
	const names = Array.from({length: COUNT}, (_, number) => `l${number}`);
	for (const target of [(next: string) => next, (next: string) => `${next}/../${next}`]) {
		const links = new Map(names.map((name, number) => [name, target(`l${(number + 1) % COUNT}`)]));
		const {index, reads} = countingIndex(links);
		const resolver = makeLinkResolver(index);
		for (const name of names) {
			t.is(resolver.resolve(sysrootPath(`/${name}`)).status, 'loop');
		}

		t.true(reads() < COUNT * 3, `${reads()} reads`);
	}
});

test('a path longer than the kernel takes leads nowhere, however many parts it has', t => {
	const {index} = countingIndex(new Map());
	const resolver = makeLinkResolver(index);
	const path = '/a'.repeat(1 << 20) as SysrootPath;
	t.is(resolver.resolve(path).status, 'absent');
	t.is(resolver.locate(path), undefined);
	t.is(resolver.resolve('/..'.repeat(1300) as SysrootPath).status, 'found');
});
