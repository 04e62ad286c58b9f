/** What holds secrets stays behind, is told, and travels where the user names it. */
import {chmodSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {need} from '../helpers/run/need.js';
import {buildInstalled} from '../helpers/worlds/installed-world.js';
import {putFile} from '../helpers/worlds/put-file.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const program = {libc: true, source: 'int main(void) { return 0; }'};

test('a file of a package that not all may read stays behind, but for an explicit --with', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(t, {
		tool: {
			files: {
				'/usr/bin/tool': program,
				'/etc/tool/public': {text: 'x\n'},
				'/etc/tool/passwd.client': {text: 'secret\n'},
				'/usr/sbin/helper': program,
			},
		},
	});
	const secret = '/etc/tool/passwd.client';
	chmodSync(join(world.root, secret), 0o640);
	// Not to be read, but to be started: nothing in it is private.
	chmodSync(join(world.root, 'usr/sbin/helper'), 0o711);
	const plan = await world.plan(['/usr/bin/tool']);
	t.true(plan.has('/etc/tool/public'));
	t.true(plan.has('/usr/sbin/helper'));
	t.false(plan.has(secret));
	const without = await world.pack(['/usr/bin/tool', '--dry-run']);
	t.regex(
		without.stderr,
		/^dynpk: \/etc\/tool\/passwd\.client: left out because not all users of/mu,
	);

	t.is((await world.plan(['/usr/bin/tool', '--with', secret])).get(secret), '--with');
	const withIt = await world.pack(['/usr/bin/tool', '--with', secret, '--dry-run']);
	t.notRegex(withIt.stderr, /left out because/u);
	const excluded = await world.pack(['/usr/bin/tool', '--exclude', secret, '--dry-run']);
	t.is(excluded.status, 0, excluded.stderr);
	t.notRegex(excluded.stderr, /left out because/u);
});

test('in a tree of the user’s names decide, or what stands in a file', async t => {
	const cwd = makeScratch(t);
	const secrets = {
		'.ssh/id_ed25519': 'k',
		'.ssh/config': 'k',
		'deploy/id_rsa': 'k',
		'.netrc': 'k',
		'.aws/credentials': 'k',
		'sub/.env': 'k',
		'.git/config': '[remote "origin"]\n\turl = https://me:hunter2@example.org/a.git\n',
		'b/.git/config': '[remote "origin"]\n\turl = https://ghp_0123456789@example.org/a.git\n',
		'c/.git/config': '[http]\n\textraheader = AUTHORIZATION: basic abc\n',
		'.npmrc': '//registry/:_authToken=abc\n',
		link: '-> sub/.env',
	};
	const others = {
		'deploy/id_rsa.pub': 'k',
		'deploy/identity': 'k',
		'environment.env.py': 'k',
		'd/.git/config':
			'[remote "origin"]\n\turl = https://example.org:8080/a.git\n\turl = git@example.org:a\n',
		'd/.npmrc': 'fund=false\n',
	};
	for (const [path, content] of Object.entries({...secrets, ...others})) {
		putFile(cwd, `tree/${path}`, content);
	}

	const planned = async (...argv: string[]) => {
		const {stdout, stderr} = await runDynpk(
			['pack', '/bin/true', '--scope', 'closure', '--dry-run', '--json', ...argv],
			{cwd},
		);
		const {operations} = JSON.parse(stdout) as {operations: readonly {path: string}[]};
		const top = `root${cwd}/tree/`;
		const paths = operations.map(({path}) => path).filter(path => path.startsWith(top));
		return {paths: new Set(paths.map(path => path.slice(top.length))), stderr};
	};
	const {paths, stderr} = await planned('--with', 'tree');
	t.deepEqual(
		Object.keys(secrets).filter(path => paths.has(path)),
		[],
	);
	t.deepEqual(
		Object.keys(others).filter(path => !paths.has(path)),
		[],
	);
	t.is(stderr.match(/: left out because it /gu)?.length, Object.keys(secrets).length, stderr);
	t.regex(
		stderr,
		/tree\/sub\/\.env: left out because it may hold passwords and tokens; --with \S+\.env takes it along\n/u,
	);

	const named = await planned('--with', 'tree', '--with', 'tree/.netrc');
	t.true(named.paths.has('.netrc'));
	t.notRegex(named.stderr, /\.netrc/u);
});
