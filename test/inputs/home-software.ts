/** What of a home travels with a trace. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {makePrivacy} from '../../lib/inputs/home-software.js';
import {sysrootPath} from '../../lib/paths/paths.js';
import {need} from '../helpers/run/need.js';
import {buildInstalled} from '../helpers/worlds/installed-world.js';

const evidence = (home: string | undefined, programs: readonly string[], objects: string[] = []) =>
	makePrivacy({
		home: home === undefined ? undefined : sysrootPath(home),
		programs: programs.map(path => ({path: sysrootPath(path)})),
		objects: objects.map(path => ({path: sysrootPath(path), name: ''})),
	});

/** Of these paths below a home those that stay behind. */
const privateOf = (isPrivate: ReturnType<typeof makePrivacy>, paths: readonly string[]) =>
	paths.filter(path => isPrivate(sysrootPath(path)));

const installed = [
	'sw/solver/share/table',
	'.local/bin/tool',
	'.local/lib/python3.11/site-packages/x.py',
	'.local/share/pipx/venvs/x/pyvenv.cfg',
	'.pyenv/versions/3.12.1/lib/python3.12/os.py',
	'miniconda3/envs/x/lib/libx.so',
	'work/project/node_modules/left-pad/index.js',
	'.cargo/bin/rg',
	'.julia/packages/X/src/X.jl',
];
const own = [
	'thesis.tex',
	'.bash_history',
	'.config/tool/settings',
	'.cargo/credentials.toml',
	'.julia/logs/repl_history.jl',
	'.local/share/keyrings/login.keyring',
	'.m2/settings.xml',
	'work/project/run.py',
];

for (const home of ['/home/me', '/root', '/data/people/me']) {
	test(`software below ${home} travels, what else lies there does not`, t => {
		const isPrivate = evidence(home, []);
		const [software, rest] = [installed, own].map(paths => paths.map(path => `${home}/${path}`));
		t.deepEqual(privateOf(isPrivate, software!), []);
		t.deepEqual(privateOf(isPrivate, rest!), rest);
		t.false(isPrivate(sysrootPath('/usr/share/table')));
	});
}

test('what a run started and loaded travels, with the rest of its prefix', t => {
	const isPrivate = evidence(
		'/home/me',
		['/home/me/solver/bin/solve', '/home/me/proj/.venv/bin/python', '/home/me/run.sh'],
		['/home/me/other/lib/deep/libx.so'],
	);
	const taken = ['solver/share/table', 'proj/.venv/pyvenv.cfg', 'run.sh', 'other/etc/x.conf'];
	const left = ['solver/results.dat', 'proj/data.csv', 'other/notes', 'run.dat'];
	const paths = [...taken, ...left].map(path => `/home/me/${path}`);
	t.deepEqual(
		privateOf(isPrivate, paths),
		left.map(path => `/home/me/${path}`),
	);
});

test('of ~/.local and of the home itself only data of the program’s name is its own', t => {
	for (const prefix of ['/home/me', '/home/me/.local']) {
		const isPrivate = evidence(undefined, [`${prefix}/bin/tool`]);
		const paths = ['share/tool/data', 'share/keys/data', 'etc/x'].map(path => `${prefix}/${path}`);
		t.deepEqual(privateOf(isPrivate, paths), paths.slice(1));
	}
});

test('a home that is the root is none', t => {
	t.false(evidence('/', [])(sysrootPath('/usr/share/x')));
});

test('pack takes the software of a home along, and tells in one line of the many files that stay', async t => {
	if (!need(t, 'gcc')) return;
	const program = {libc: true, source: 'int main(void) { return 0; }'};
	const own = Array.from({length: 40}, (_, index) => `/home/me/work/${index}.dat`);
	const software = ['/home/me/sw/lib/libx.so', '/home/me/solver/bin/solve'];
	const data = ['/home/me/sw/share/table', '/home/me/solver/share/table'];
	// Where it lies does not make a key software.
	const key = '/home/me/sw/share/id_ed25519';
	const world = await buildInstalled(
		t,
		{tool: {files: {'/usr/bin/tool': program}}},
		{
			[software[0]!]: {},
			[software[1]!]: program,
			...Object.fromEntries([...own, ...data, key].map(path => [path, {text: 'x'}])),
		},
	);
	const trace = {
		schema: 'dynpk-trace/1',
		command: ['solve'],
		home: '/home/me',
		ended: {status: 0},
		observers: {stub: 'used', strace: 'used'},
		programs: [{path: software[1]}],
		objects: [{path: software[0], name: 'libx.so'}],
		files: [...own, ...data, key].map(path => ({path, use: 'read'})),
	};
	writeFileSync(join(world.root, '../trace'), JSON.stringify(trace));
	const argv = ['tool', '--scope', 'closure', '--trace', 'trace'];
	const plan = await world.plan(argv);
	for (const path of [...software, ...data]) {
		t.true(plan.has(path), path);
	}

	t.false([...own, key].some(path => plan.has(path)));
	t.is(
		(await world.pack([...argv, '--dry-run'])).stderr,
		`dynpk: of the traced run stays behind: /home/me/work/0.dat and 39 more (lies in a home directory); ${key} (is a private key); --with takes a file along\n`,
	);
});
