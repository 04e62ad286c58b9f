/**
 * Bundles that the tests of one file share: each is packed once, when the first test asks for it,
 * and goes when the file is done.
 *
 * Targets are looked up as on a plain Debian system, whatever stands first in the tester's PATH, and
 * what packages recommend stays behind unless a test says otherwise: it is as large as they are.
 */
import {existsSync, mkdtempSync, realpathSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {patience} from '../../hosts/lib/patience.js';
import {missingHere} from './need.js';
import {runDynpk, type DynpkRun} from './run-dynpk.js';

const systemPath = '/usr/bin:/bin';
const packed = new Map<string, Promise<string>>();
let directory: string | undefined;

test.after.always('remove the packed bundles', () => {
	if (directory !== undefined) {
		rmSync(directory, {recursive: true, force: true});
	}
});

/**
 * The directory of a bundle made by `dynpk pack argv...`, or `undefined`, with the test ended, where
 * a target that is named by its absolute path is not on this machine.
 */
export async function packOnce(
	t: ExecutionContext,
	argv: readonly string[],
	options: DynpkRun = {},
): Promise<string | undefined> {
	const absent = argv.filter(word => word.startsWith('/') && !existsSync(word));
	if (absent.length > 0) {
		missingHere(t, `needs ${absent.join(', ')}`);
		return undefined;
	}

	const key = JSON.stringify([argv, options]);
	const known = packed.get(key) ?? packInto(`bundle${packed.size}`, argv, options);
	packed.set(key, known);
	// A test of the file may wait for the packing of another, and then for its own programs.
	t.timeout(2 * patience, `packing ${argv.join(' ')}`);
	return known;
}

async function packInto(name: string, argv: readonly string[], options: DynpkRun): Promise<string> {
	directory ??= realpathSync(mkdtempSync(join(tmpdir(), 'dynpk-packed-')));
	const output = join(directory, name);
	const recommends = argv.includes('--recommends') ? [] : ['--recommends', 'none'];
	const answer = await runDynpk(['pack', ...argv, ...recommends, '-o', output], {
		...options,
		env: {...options.env, PATH: systemPath},
	});
	// Which helpers settings name, and which modules were added, is this machine's own affair.
	const said = answer.stderr.replaceAll(
		/^dynpk: \S+ (?:names .*: not packed|\S+ has .* there, which no package has, .*); .*\n/gmu,
		'',
	);
	if (answer.status !== 0 || said !== '') {
		throw new Error(`pack ${argv.join(' ')}: ${answer.status ?? answer.signal}\n${answer.stderr}`);
	}

	return output;
}
