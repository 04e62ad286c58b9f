/** Machines that call their loader by one name: whose file is there decides whom it starts. */
import test, {type ExecutionContext} from 'ava';
import type {ElfSpec} from '../helpers/elf/elf-spec.js';
import {glibcLoader, writeRoot} from '../helpers/elf/foreign-loader.js';
import {assertRefused} from '../helpers/run/refusal.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';

const interpreter = '/lib/ld-linux.so.2';
const i386: ElfSpec = {class: 32, machine: 3};
const others: Readonly<Record<string, ElfSpec>> = {
	alpha: {machine: 0x9026},
	sh: {class: 32, machine: 42},
	sparc: {class: 32, machine: 2, byteOrder: 'big'},
};

/** A root that has the loader of i386, and a program of somebody else. */
function makeRoot(t: ExecutionContext, spec: ElfSpec): string {
	const program: ElfSpec = {type: 2, interpreter, dynamic: {needed: ['libc.so.6']}};
	return writeRoot(t, {
		'lib/ld-linux.so.2': glibcLoader(i386, ['/lib/']),
		'lib/libc.so.6': {...i386, dynamic: {soname: 'libc.so.6'}},
		'bin/prog': {...program, ...spec},
		'bin/own': {...program, ...i386},
	}).root;
}

for (const [name, spec] of Object.entries(others)) {
	test(`i386's loader does not answer for a program of ${name}`, async t => {
		const root = makeRoot(t, spec);
		const said = `the loader ${interpreter} is for i386 here, not ${name}`;
		const inspected = await runDynpk(['inspect', '--sysroot', root, '/bin/prog']);
		t.deepEqual([inspected.status, inspected.stdout], [5, '']);
		t.true(inspected.stderr.startsWith(`dynpk: ${said}\n`), inspected.stderr);

		for (const words of [['/bin/prog'], ['/bin/prog', '/bin/own']]) {
			await assertRefused(t, {
				pack: ['--sysroot', root, ...words, '-o', 'bundle'],
				code: 'UNSUPPORTED_LOADER',
				says: said,
			});
		}
	});
}

test('its own program is answered for, whatever lies beside', async t => {
	const root = makeRoot(t, {machine: 0x9026});
	const inspected = await runDynpk(['inspect', '--sysroot', root, '/bin/own']);
	t.deepEqual([inspected.status, inspected.stderr], [0, '']);
	t.true(inspected.stdout.includes('libc.so.6'), inspected.stdout);
});
