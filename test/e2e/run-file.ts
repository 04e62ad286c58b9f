/**
 * One file, carried to foreign hosts: `dynpk pack ipython3 -o x.run`, started as an ordinary user from a
 * read-only directory with a blank and a quote in its name, under a name that is no program of it.
 */
import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	realpathSync,
	renameSync,
	rmSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {patience} from '../hosts/lib/patience.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost, type CapturedRun} from '../hosts/lib/run-on-host.js';
import {needHost} from '../helpers/run/host-need.js';
import {missingHere} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';

const target = '/usr/bin/ipython3';
const directory = realpathSync(mkdtempSync(join(tmpdir(), 'dynpk-run-file-')));
let made: Promise<string> | undefined;

test.after.always('remove the .run file', () => rmSync(directory, {recursive: true, force: true}));

/** The directory with the one file in it, which is packed once. */
async function packFile(t: ExecutionContext): Promise<string | undefined> {
	if (!existsSync(target)) {
		missingHere(t, `needs ${target}`);
		return undefined;
	}

	t.timeout(2 * patience, 'packing');
	made ??= (async () => {
		const [packed, place] = [join(directory, 'x.run'), join(directory, 'place')];
		const words = ['pack', target, '/usr/bin/python3', '--recommends', 'none', '-q', '-o', packed];
		const {status, stdout, stderr} = await runDynpk(words, {env: {PATH: '/usr/bin:/bin'}});
		if (status !== 0) throw new Error(stderr);
		t.is(stdout, `${packed}\n`);
		mkdirSync(place);
		renameSync(packed, join(place, 'x'));
		[directory, place, join(place, 'x')].forEach(path => chmodSync(path, 0o755));
		return place;
	})();
	return made;
}

const program = `import os, ssl, sqlite3, subprocess, sys
child = subprocess.run([sys.executable, '-c', 'print(6 * 7)'], capture_output=True, text=True)
print(os.path.basename(sys.executable), child.stdout.strip(), sys.argv[-1])`;
const right = 'python3 42 -a b\n';

interface Way extends Partial<CapturedRun> {
	readonly options?: readonly string[];
}

const ways: Readonly<Record<string, Way>> = {
	'as it is': {},
	'without /proc': {noProc: true},
	'with a home that is no directory': {env: {HOME: '/etc/passwd'}},
	// IPython wants a home of anybody, its Python none.
	'without HOME': {env: {HOME: undefined}, options: ['--dynpk-program', 'python3']},
};

for (const name of targetHosts) {
	// What the runner does with a home is its own affair on every host.
	const tried = Object.entries(ways).slice(0, name === 'empty' ? undefined : 2);
	for (const [way, {options = [], ...run}] of tried) {
		test.serial(`ipython in one file runs on the ${name} host ${way}`, async t => {
			const host = await needHost(t, name);
			const bundle = host && (await packFile(t));
			if (bundle === undefined) return;
			const argv = ['./x', ...options, '-c', program, '-a b'];
			const answer = await runOnHost(host!, {bundle, argv, ...run});
			t.deepEqual([answer.status, answer.stdout], [0, right], JSON.stringify(answer));
		});
	}
}
