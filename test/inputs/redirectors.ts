/** Programs that only choose another one: what they choose, by their own files. */
import {chmodSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import {followRedirector, type Redirection} from '../../lib/inputs/redirectors.js';
import {hostPath, sysrootPath} from '../../lib/paths/paths.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import {putFile} from '../helpers/worlds/put-file.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

/** Text of a file, executable where it begins with `#!`; `-> TARGET` of a link. */
type Tree = Readonly<Record<string, string>>;

const shim = (manager: string): string =>
	`#!/usr/bin/env bash\nset -e\nprogram="\${0##*/}"\nexec "/home/me/.${manager}/libexec/${manager}" exec "$program" "$@"\n`;
const program = '#!/bin/sh\n';
const pythons: Tree = {
	'/home/me/.pyenv/shims/python3': shim('pyenv'),
	'/home/me/.pyenv/shims/tool': shim('pyenv'),
	'/home/me/.pyenv/versions/3.11.7/bin/python3': program,
	'/home/me/.pyenv/versions/3.11.10/bin/python3': program,
	'/home/me/.pyenv/versions/3.9.1/bin/python3': program,
	'/home/me/.pyenv/versions/3.9.1/bin/tool': program,
	'/usr/bin/python3': program,
};
const rust: Tree = {
	'/home/me/.cargo/bin/rustup': program,
	'/home/me/.cargo/bin/cargo': '-> rustup',
	'/home/me/.rustup/settings.toml':
		'version = "12"\ndefault_toolchain = "stable-x86_64-unknown-linux-gnu"\n\n[overrides]\n',
	'/home/me/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/bin/cargo': program,
	'/home/me/.rustup/toolchains/1.70.0-x86_64-unknown-linux-gnu/bin/cargo': program,
};

interface Asked {
	readonly from: string;
	readonly environment?: Readonly<Record<string, string>>;
	readonly in?: string;
}

function follow(t: ExecutionContext, tree: Tree, asked: Asked): Redirection | undefined {
	const root = makeScratch(t);
	for (const [path, text] of Object.entries(tree)) {
		const place = putFile(root, path, text);
		if (text.startsWith('#!')) {
			chmodSync(place, 0o755);
		}
	}

	return followRedirector(
		sysrootPath(asked.from),
		{
			sysroot: root,
			searchPath: ['/home/me/.pyenv/shims', '/usr/lib/ccache', '/usr/bin'],
			workingDirectory: hostPath(asked.in ?? '/home/me/project/sub'),
			environment: {HOME: '/home/me', ...asked.environment},
		},
		openSysroot(root),
	);
}

const at = (version: string, name = 'python3'): string =>
	`/home/me/.pyenv/versions/${version}/bin/${name}`;

for (const [title, files, asked, expected] of [
	['the general version', {'/home/me/.pyenv/version': '3.9.1\n'}, {}, at('3.9.1')],
	[
		'a file up the tree before it',
		{'/home/me/.pyenv/version': '3.9.1\n', '/home/me/project/.python-version': '# ours\n3.11.7\n'},
		{},
		at('3.11.7'),
	],
	[
		'the variable before all',
		{'/home/me/project/.python-version': '3.11.7\n'},
		{environment: {PYENV_VERSION: '3.9.1'}},
		at('3.9.1'),
	],
	['the newest of a series', {'/home/me/.pyenv/version': '3.11\n'}, {}, at('3.11.10')],
	[
		'the first of several that has the program',
		{'/home/me/.pyenv/version': '3.11.7\n3.9.1\n'},
		{from: '/home/me/.pyenv/shims/tool'},
		at('3.9.1', 'tool'),
	],
	['the system’s', {'/home/me/.pyenv/version': 'system\n'}, {}, '/usr/bin/python3'],
	['the system’s where nothing is chosen', {}, {}, '/usr/bin/python3'],
] as const) {
	test(`pyenv: ${title}`, t => {
		const from = '/home/me/.pyenv/shims/python3';
		const found = follow(t, {...pythons, ...files}, {from, ...asked});
		t.is(found?.to, sysrootPath(expected));
	});
}

test('a version that is not installed is refused, with the file that chose it', t => {
	const tree = {...pythons, '/home/me/.pyenv/version': '3.7.0\n'};
	const error = t.throws(() => follow(t, tree, {from: '/home/me/.pyenv/shims/python3'}), {
		code: 'TARGET_NOT_FOUND',
		message:
			'/home/me/.pyenv/shims/python3 starts /home/me/.pyenv/versions/3.7.0/bin/python3, which is not there',
	});
	t.like(error, {details: ['pyenv’s 3.7.0, chosen by /home/me/.pyenv/version']});
});

test('rustup’s proxies: the default, a file of the project, the variable', t => {
	const from = '/home/me/.cargo/bin/cargo';
	const cargo = (name: string) =>
		sysrootPath(`/home/me/.rustup/toolchains/${name}-x86_64-unknown-linux-gnu/bin/cargo`);
	t.is(follow(t, rust, {from})?.to, cargo('stable'));
	const project = {
		...rust,
		'/home/me/project/rust-toolchain.toml': '[toolchain]\nchannel = "1.70.0"\n',
	};
	t.is(follow(t, project, {from})?.to, cargo('1.70.0'));
	t.is(follow(t, project, {from, environment: {RUSTUP_TOOLCHAIN: 'stable'}})?.to, cargo('stable'));
	t.is(follow(t, rust, {from: '/home/me/.cargo/bin/rustup'}), undefined);
	const overrides = {
		...rust,
		'/home/me/.rustup/settings.toml': `${rust['/home/me/.rustup/settings.toml'] ?? ''}"/x" = "1.70.0"\n`,
	};
	t.throws(() => follow(t, overrides, {from}), {code: 'TARGET_NOT_FOUND'});
});

test('a cache before a compiler is passed', t => {
	const tree = {
		'/usr/bin/ccache': program,
		'/usr/bin/gcc': program,
		'/usr/lib/ccache/gcc': '-> ../../bin/ccache',
	};
	t.is(follow(t, tree, {from: '/usr/lib/ccache/gcc'})?.to, sysrootPath('/usr/bin/gcc'));
});

test('what cannot be known from files is refused, with the command that names it', t => {
	const tree = {
		'/home/me/.asdf/shims/node':
			'#!/usr/bin/env bash\n# asdf-plugin: nodejs 20.1.0\nexec asdf exec "node" "$@"\n',
		'/usr/bin/snap': program,
		'/snap/bin/tool': '-> /usr/bin/snap',
	};
	for (const from of ['/home/me/.asdf/shims/node', '/snap/bin/tool']) {
		t.throws(() => follow(t, tree, {from}), {
			code: 'TARGET_NOT_FOUND',
			message: /only starts another program/u,
		});
	}
});

const conda: Tree = {
	'/opt/conda/bin/conda': program,
	'/opt/conda/conda-meta/history': '',
	'/opt/conda/bin/tool': program,
	'/opt/conda/envs/work/conda-meta/history': '',
	'/opt/conda/envs/work/bin/tool': program,
	'/home/me/.conda/envs/mine/conda-meta/history': '',
	'/home/me/.conda/envs/mine/bin/tool': program,
};

for (const [run, expected] of [
	['exec /opt/conda/bin/conda run -n work tool "$@"', '/opt/conda/envs/work/bin/tool'],
	[
		'/opt/conda/bin/conda run --no-capture-output --name=mine tool "$@"',
		'/home/me/.conda/envs/mine/bin/tool',
	],
	[
		'exec "/opt/conda/bin/conda" run --cwd /x -p /opt/conda/envs/work tool "$@"',
		'/opt/conda/envs/work/bin/tool',
	],
	['exec /opt/conda/bin/conda run tool "${@}"', '/opt/conda/bin/tool'],
] as const) {
	test(`conda run: ${run}`, t => {
		const tree = {...conda, '/usr/bin/run-tool': `#!/bin/sh\n${run}\n`};
		t.is(follow(t, tree, {from: '/usr/bin/run-tool'})?.to, sysrootPath(expected));
	});
}

test('conda run: what a shell expands is not guessed at, and scripts of activation are told', t => {
	const script = (environment: string): string =>
		`#!/bin/sh\nexec /opt/conda/bin/conda run -n ${environment} tool "$@"\n`;
	const guessed = {...conda, '/usr/bin/run-tool': script('$NAME')};
	const error = t.throws(() => follow(t, guessed, {from: '/usr/bin/run-tool'}));
	t.like(error, {hint: 'name that one by its path: conda run -n ENVIRONMENT which run-tool'});
	const activated = {
		...conda,
		'/usr/bin/run-tool': script('work'),
		'/opt/conda/envs/work/etc/conda/activate.d/tool.sh': '',
	};
	t.is(
		follow(t, activated, {from: '/usr/bin/run-tool'})?.why,
		'of the environment /opt/conda/envs/work, without what /opt/conda/envs/work/etc/conda/activate.d sets',
	);
});

test('snaps and flatpaks are refused with the file that they start, or the command that tells it', t => {
	const tree = {
		'/usr/bin/snap': program,
		'/snap/bin/suite.tool': '-> /usr/bin/snap',
		'/snap/bin/alias': '-> /usr/bin/snap',
		'/snap/suite/current/meta/snap.yaml':
			'name: suite\nbase: core22\napps:\n  other:\n    command: bin/other\n  tool:\n    plugs: [home]\n    command: usr/bin/tool --flag\nparts:\n  tool:\n    command: no\n',
		'/var/lib/flatpak/exports/bin/org.x.Tool':
			'#!/bin/sh\n\nexec /usr/bin/flatpak run --branch=stable --command=tool org.x.Tool "$@"\n',
	};
	for (const [from, other] of [
		['/snap/bin/suite.tool', '/snap/suite/current/usr/bin/tool'],
		['/snap/bin/alias', 'the command of an app in /snap/*/current/meta/snap.yaml'],
		[
			'/var/lib/flatpak/exports/bin/org.x.Tool',
			'flatpak info --show-location org.x.Tool, below files/bin',
		],
	] as const) {
		const error = t.throws(() => follow(t, tree, {from}), {
			message: /only starts another program \((?:snap|flatpak)\)$/u,
		});
		t.like(error, {hint: `name that one by its path: ${other}`});
	}
});

test('a script that merely mentions a manager is none', t => {
	const tree = {
		'/usr/bin/update': '#!/bin/sh\n# exec "/home/me/.pyenv/libexec/pyenv" exec x\npyenv rehash\n',
	};
	t.is(follow(t, tree, {from: '/usr/bin/update'}), undefined);
});
