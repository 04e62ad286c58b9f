/**
 * test/nss/programs/asker.c, packed once for the tests of a file, and asked on the empty host.
 */
import {execFile} from 'node:child_process';
import {mkdtempSync, realpathSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {needHost} from '../../helpers/run/host-need.js';
import {need} from '../../helpers/run/need.js';
import {runDynpk} from '../../helpers/run/run-dynpk.js';
import {projectRoot} from '../../helpers/worlds/audit-world.js';
import {runOnHost, type CapturedRun} from '../../hosts/lib/run-on-host.js';

const execute = promisify(execFile);

let packed: Promise<string> | undefined;
let directory: string | undefined;

test.after.always('remove the packed program', () => {
	if (directory !== undefined) rmSync(directory, {recursive: true, force: true});
});

/** The bundle's directory. */
export function packAsker(): Promise<string> {
	packed ??= pack();
	return packed;
}

async function pack(): Promise<string> {
	directory = realpathSync(mkdtempSync(join(tmpdir(), 'dynpk-asker-')));
	const [program, bundle] = [join(directory, 'asker'), join(directory, 'bundle')];
	const source = join(projectRoot, 'test/nss/programs/asker.c');
	await execute('gcc', ['-Wall', '-Wextra', '-Werror', '-pthread', '-o', program, source]);
	const answer = await runDynpk(['pack', program, '--quiet', '-o', bundle]);
	if (answer.status !== 0) throw new Error(answer.stderr);
	return bundle;
}

/** What the packed program says on the empty host; words are its own, a text is a shell's. */
export async function ask(
	t: ExecutionContext,
	words: readonly string[] | string,
	run: Omit<CapturedRun, 'argv'>,
): Promise<string | undefined> {
	const host = need(t, 'gcc') ? await needHost(t, 'empty') : undefined;
	if (host === undefined) return undefined;
	const bundle = await packAsker();
	const argv = typeof words === 'string' ? ['sh', '-c', words] : ['bin/asker', ...words];
	const answer = await runOnHost(host, {bundle, ...run, argv});
	t.is(answer.stderr, '');
	return answer.stdout;
}

/** What module functions return and put into `errno`, as <nss.h> and <errno.h> number them. */
export const [success, notFound, unavailable, again] = [1, 0, -1, -2];
export const [noEntry, range] = [2, 34];
