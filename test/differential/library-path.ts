/** A user's LD_LIBRARY_PATH, made independent of where he stands: both libcs' loaders are asked. */
import test from 'ava';
import {libraryPathElements} from '../../lib/loader/library-path.js';
import {sysrootPath} from '../../lib/paths/paths.js';
import {buildObjects} from '../helpers/elf/build-objects.js';
import {compareWithLoader} from '../helpers/elf/compare-with-loader.js';
import {compareWithMusl, muslLoader} from '../helpers/elf/real-musl-loader.js';

const forms = [
	['a leading colon', ':/nowhere', true, false],
	['a final colon', '/nowhere:', true, false],
	['two colons', '/nowhere::/nowhere', true, false],
	['a dot', '.', true, true],
	['a relative directory', 'sub/..', true, true],
	['a semicolon', '/nowhere;.', true, false],
	['a line break', '/nowhere\n.', false, true],
	['$ORIGIN', '$ORIGIN', true, false],
	['${ORIGIN} with more behind it', '${ORIGIN}/sub/..', true, false],
	['$ORIGINAL', '$ORIGINAL:/nowhere', false, false],
	['nothing', '', false, false],
] as const;

for (const [what, text, inGlibc, inMusl] of forms) {
	test(`${what} finds for a bundle what it finds here`, async t => {
		const world = await buildObjects(t, {
			glibc: {needs: ['libown.so']},
			musl: {needs: ['libown.so'], interpreter: muslLoader},
			'libown.so': {},
			sub: {directory: true},
		});
		const {directory: cwd} = world;
		const elements = (libc: 'glibc' | 'musl') =>
			libraryPathElements({text, workingDirectory: sysrootPath(cwd)}, libc).join(':');
		const question = {ldLibraryPath: text, cwd};

		const glibc = await compareWithLoader(t, world.path('glibc'), {
			...question,
			search: {ldLibraryPath: elements('glibc'), workingDirectory: undefined},
		});
		t.is(glibc.linkMap.length, inGlibc ? 2 : 1);
		const musl = await compareWithMusl(t, world.path('musl'), {
			...question,
			search: {ldLibraryPath: elements('musl'), workingDirectory: undefined},
		});
		t.is(musl.linkMap.length, inMusl ? 2 : 1);
	});
}
