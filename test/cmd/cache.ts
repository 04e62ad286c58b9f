/** `dynpk cache` as a user types it, on caches that `.run` files and `dynpk run` have made. */
import {
	chmodSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	symlinkSync,
	utimesSync,
} from 'node:fs';
import {basename, join} from 'node:path';
import test from 'ava';
import {cacheCommand, waitingWorld} from '../helpers/run/cache-command.js';
import {makeBundle, runBundleChild} from '../helpers/run/run-bundle-child.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {entriesOf, makeRunFile, onlyEntry, type RunFile} from '../helpers/run/run-files.js';
import {listTree} from '../helpers/worlds/list-tree.js';

const DAY = 86_400;

function stateOf(made: RunFile): string {
	const [state] = entriesOf(made.cache).filter(name => name.endsWith('.state'));
	return join(made.cache, 'runs', state!);
}

/** As if the last start had been so long ago. */
function age(path: string, days: number): void {
	const time = lstatSync(path).ctimeMs / 1000 - days * DAY;
	utimesSync(path, time, time);
}

function today(path: string): string {
	return lstatSync(path).mtime.toISOString().slice(0, 10);
}

/** Beside the `.run` file's, the bundle of an archive; returns its name. */
async function addArchive(made: RunFile): Promise<string> {
	const bundle = made.path('b.tar.gz');
	await makeBundle(bundle, {entry: 'echo hello'}, 'tar.gz');
	await runBundleChild({bundle, cache: made.cache});
	return readdirSync(join(made.cache, 'bundles')).find(name => name.length === 64)!;
}

test('list has a line for each bundle of both kinds, and the total of the place', async t => {
	const made = await makeRunFile(t, waitingWorld);
	if (made === undefined) return;
	t.deepEqual(await cacheCommand(made, 'list'), {
		...{status: 0, signal: undefined, stderr: ''},
		stdout: 'nothing is unpacked here\n',
	});
	await made.start();
	const archive = await addArchive(made);
	const id = basename(onlyEntry(made.cache));
	age(stateOf(made), 40);
	const {stdout} = await cacheCommand(made, 'list');
	const [first = '', second = '', total = '', ...rest] = stdout.split('\n');
	t.regex(
		first,
		new RegExp(
			`^${id.slice(0, 16)}  tool  0\\.1 MB  ${today(stateOf(made))}  whole  ${made.cache}$`,
		),
	);
	t.regex(
		second,
		new RegExp(
			`^${archive.slice(0, 16)}  -     0\\.0 MB  ${today(made.file)}  whole  ${made.cache}$`,
		),
	);
	t.regex(total, new RegExp(`^${made.cache}: 2 bundles, 0\\.\\d MB \\(by --cache\\)$`));
	t.deepEqual(rest, ['']);
});

test('list --json tells the same, and counts a file with two names once', async t => {
	const made = await makeRunFile(t, waitingWorld);
	if (made === undefined) return;
	await made.start();
	const {stdout} = await cacheCommand(made, 'list', '--json');
	const answer = JSON.parse(stdout) as {
		readonly places: readonly {readonly entries: readonly {readonly bytes: number}[]}[];
	};
	const top = onlyEntry(made.cache);
	t.like(answer, {
		schema: 'dynpk-cache/1',
		places: [{path: made.cache, source: '--cache', network: null, passedBy: []}],
	});
	const [entry] = answer.places[0]!.entries;
	t.like(entry, {
		...{layout: 'runs', id: basename(top), name: 'tool', state: 'whole', paths: [top]},
		lastUse: new Date(lstatSync(stateOf(made)).mtimeMs).toISOString(),
	});
	t.true(entry!.bytes >= 100_000 && entry!.bytes < 200_000);
});

test('what is not the user’s own is passed by, and list tells why', async t => {
	const made = await makeRunFile(t, waitingWorld);
	if (made === undefined) return;
	mkdirSync(made.path('home/.cache'), {recursive: true});
	mkdirSync(made.path('job'));
	mkdirSync(made.path('open'));
	chmodSync(made.path('open'), 0o777);
	symlinkSync('../../open', made.path('home/.cache/dynpk'));
	const env = {
		HOME: made.path('home'),
		DYNPK_CACHE: made.path('open'),
		SLURM_TMPDIR: made.path('job'),
	};
	const {stdout} = await runDynpk(['cache', 'list'], {env});
	const own = stdout.split('\n').filter(line => line.includes(made.directory));
	t.deepEqual(own, [
		`passed by: ${made.path('open')} can be written to by others, who may have put programs there: remove it`,
		`passed by: ${made.path('home/.cache/dynpk')} is a symbolic link`,
	]);
	const {status} = await runDynpk(['cache', 'clear', '--cache', made.path('home/.cache/dynpk')]);
	t.is(status, 0);
	t.true(existsSync(made.path('open')));
});

test('gc removes what was not used for so long, and nothing else; --dry-run only tells', async t => {
	const made = await makeRunFile(t, waitingWorld);
	if (made === undefined) return;
	await made.start();
	const archive = await addArchive(made);
	age(stateOf(made), 8);
	const before = listTree(made.cache);
	const dry = await cacheCommand(made, 'gc', '--unused', '1w', '--dry-run');
	t.regex(
		dry.stdout,
		/^would remove  [0-9a-f]{16}  tool .*\nkept .* used lately\n0\.1 MB would be freed; 1 bundle of /u,
	);
	t.deepEqual(listTree(made.cache), before);
	t.regex((await cacheCommand(made, 'gc')).stdout, /^kept .*\nkept .*\n0\.0 MB freed; 2 bundles /u);
	const {stdout, stderr} = await cacheCommand(made, 'gc', '--unused', '1w');
	t.regex(
		stdout,
		/^removed  [0-9a-f]{16}  tool .*\nkept .* used lately\n0\.1 MB freed; 1 bundle of /u,
	);
	t.is(stderr, '');
	t.deepEqual(entriesOf(made.cache), []);
	t.true(existsSync(join(made.cache, 'bundles', archive)));
	const {stdout: room} = await cacheCommand(made, 'gc', '--max-size', '1k');
	t.regex(room, /^removed /u);
	t.deepEqual(readdirSync(join(made.cache, 'bundles')), []);
});

const wrong: readonly (readonly [argv: string, sentence: string, hint: string])[] = [
	['', 'say what to do', 'dynpk cache list|gc|clear; dynpk help cache tells more'],
	['lst', 'cache knows no lst', 'did you mean list?'],
	['list --unused 3d', 'cache list has no use for --unused', 'it is an option of dynpk cache gc'],
	['clear --json', 'cache clear has no use for --json', 'it is an option of dynpk cache list'],
	[
		'list --dry-run',
		'cache list has no use for --dry-run',
		'it is an option of dynpk cache gc and clear',
	],
	[
		'gc --unused 0d',
		'--unused is no time: 0d',
		'give a number of hours, days or weeks: 12h, 30d, 8w',
	],
	[
		'gc --max-size much',
		'--max-size is no size: much',
		'give bytes, or a number with k, M, G or T: 500M',
	],
];

for (const [argv, sentence, hint] of wrong) {
	test(`cache ${argv}: one line, one hint, status 2`, async t => {
		const words = argv.split(' ').filter(word => word !== '');
		t.deepEqual(await runDynpk(['cache', ...words, '--cache', '/nowhere']), {
			...{status: 2, signal: undefined, stdout: ''},
			stderr: `dynpk: ${sentence}\nhint: ${hint}\n`,
		});
	});
}
