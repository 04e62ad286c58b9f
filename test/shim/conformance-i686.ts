/**
 * The calls of a 32-bit program against the same in the kernel's own view: the C library has up to
 * three of each, with structures of their own.
 */
import {mkdtempSync, rmSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import {beforeI686, i686Compiler, i686Flags} from '../helpers/run/i686-programs.js';
import {need} from '../helpers/run/need.js';
import {makeView, usual} from './lib/make-view.js';
import {
	absoluteCases,
	changed,
	compileProbe,
	differing,
	host,
	linesOf,
	names,
	packed,
	questions,
	relative,
	relativeCases,
} from './lib/view-cases.js';

const walks = [
	...['nftw-chdir', 'nftw-depth', 'nftw-logical', 'fts', 'fts-chdir', 'fts-logical'],
	...['fts-children', 'scandir', 'list', 'list-again', 'glob'],
];
/* Programs of the host are for the machine itself, and load no shim of another. */
const asked = questions.filter(call => !['exec', 'spawn', 'freopen', ...walks].includes(call));
const changes = ['open-write', 'truncate', 'chmod', 'utimens', 'open-create', 'setxattr'];
const raw = ['raw-open', 'raw-stat', 'raw-statx', 'raw-access', 'raw-readlink', 'raw-chdir'];

for (const [form, flags, more] of [
	['small', [], raw],
	['large', ['-D_FILE_OFFSET_BITS=64'], []],
	['time64', ['-D_FILE_OFFSET_BITS=64', '-D_TIME_BITS=64'], []],
] as const) {
	test(`a 32-bit program sees the same as in a mounted view: ${form} structures`, async t => {
		if (!need(t, 'unshare', 'setpriv', 'mount')) return;
		const before = await beforeI686(t);
		if (before === undefined) return;
		const probe = await compileProbe(i686Compiler, [...i686Flags, ...flags]);
		const view = await makeView(t, host, packed, {
			...usual,
			architecture: 'i686',
			before,
			scratch: scratchInMemory(t),
		});
		const cases = [
			...absoluteCases([...asked, ...walks, ...more], names),
			...relativeCases('at', ['stat', 'open', 'list'], relative),
			...absoluteCases(changes, changed),
		];
		const input = linesOf(cases);
		const outputs = await Promise.all([
			view.run('shim', [probe, '--here'], input),
			view.run('mounts', [probe, '--here'], input),
		]);
		t.deepEqual(differing(t, cases, outputs), []);
	});
}

/** Where positions in directories are small: what does not fit, the small form refuses (EOVERFLOW). */
function scratchInMemory(t: ExecutionContext): string {
	const scratch = mkdtempSync('/dev/shm/dynpk-test-');
	t.teardown(() => {
		rmSync(scratch, {recursive: true});
	});
	return scratch;
}
