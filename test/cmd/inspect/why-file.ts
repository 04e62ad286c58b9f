/** Every file of a bundle has a reason, and most an option that leaves it out. */
import test from 'ava';
import {buildObjects} from '../../helpers/elf/build-objects.js';
import {need} from '../../helpers/run/need.js';
import {runDynpk} from '../../helpers/run/run-dynpk.js';

test('inspect --why of a file of a bundle, by its place there, where it came from, or its name', async t => {
	if (!need(t, 'gcc')) return;
	const {directory: cwd} = await buildObjects(t, {
		'sw/bin/tool': {},
		"sw/share/a b'c": {text: 'twelve bytes'},
	});
	const packed = await runDynpk(['pack', './sw/bin/tool', '-o', 'b'], {cwd});
	t.is(packed.status, 0, packed.stderr);
	const why = async (...words: readonly string[]): Promise<string> =>
		(await runDynpk(['inspect', 'b', '--why', ...words], {cwd})).stdout.replaceAll(cwd, '$W');
	const data =
		"root$W/sw/share/a b'c 0 kB\n  from $W/sw/share/a b'c\n  because: prefix $W/sw (installed)\n";
	const expected = `${data}  left out by --exclude '$W/sw/share/a b'\\''c', or --scope closure\n`;
	for (const name of ["a b'c", `${cwd}/sw/share/a b'c`, `root${cwd}/sw/share/a b'c`]) {
		t.is(await why(name), expected);
	}

	t.regex(await why('bin/tool'), /^bin\/tool 0 kB\n {2}from .*\n {2}because: target$/mu);
	t.like(JSON.parse(await why("a b'c", '--json')), {
		...{schema: 'dynpk-why-file/1', name: "a b'c"},
		files: [{size: 12, reason: 'prefix $W/sw (installed)'}],
	});
});
