/**
 * What programs of the host see when a packed program starts them: exactly what they would see had the
 * program not been packed. The oracle is the installed program on this machine.
 */
import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {needHost} from '../helpers/run/host-need.js';
import {packOnce} from '../helpers/run/packed.js';
import {makeScratch} from '../helpers/worlds/scratch.js';
import {plainShell, targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

const run = promisify(execFile);

/** Variables that launchers, loaders or rules of the bundle have to do with, and others. */
const start = {
	PATH: '/opt/site/bin:/usr/bin:/bin',
	LD_LIBRARY_PATH: '/opt/site/lib::/opt/other',
	LD_BIND_NOW: '1',
	GLIBC_TUNABLES: 'glibc.malloc.perturb=0',
	PERL5LIB: '/opt/site/perl',
	LOCPATH: '',
	DYNPK_AUDIT: 'off',
	EMPTY: '',
	'odd name': 'a\nb',
	LC_ALL: 'C',
};

const python = (code: string): string =>
	`python3 -c 'import os, subprocess, sys; sys.stdout.flush(); ${code}'`;

/** Each ends in a program of the host that prints its environment. */
const ways: Readonly<Record<string, string>> = {
	'bash by execve': `bash -c '/usr/bin/env; :'`,
	'bash as its last word': `bash -c 'exec /usr/bin/env'`,
	'bash with a variable of its own': `bash -c 'PERL5LIB=mine NEW=1 env'`,
	'bash through sh of the host': `bash -c '/bin/sh -c env'`,
	'python by subprocess': python('subprocess.run(["/usr/bin/env"])'),
	'python by system': python('os.system("exec env")'),
	'python by posix_spawn': python(
		'pid = os.posix_spawn("/usr/bin/env", ["env"], os.environ); os.waitpid(pid, 0)',
	),
	'python with an environment of its own': python(
		'subprocess.run(["/usr/bin/env"], env={"ONE": "1"})',
	),
	'python with none': python('os.execve("/usr/bin/env", ["env"], {})'),
	'perl by exec': `perl -e 'exec "/usr/bin/env"'`,
	'perl by a pipe': `perl -e 'print qx{env}'`,
	make: `printf 'all:\\n\\t@/usr/bin/env\\n' > Makefile && make -s`,
	'make through its shell': `printf 'all:\\n\\t@:; env\\n' > Makefile && make -s`,
	'packed children of packed children': `bash -c 'perl -e "system q{bash -c env}"'`,
	'env -i': `bash -c '/usr/bin/env -i ONE=1 /usr/bin/env'`,
};

test('a loader started as a program hides what acts on it, and children of the host get it back', async t => {
	const host = await needHost(t, 'empty');
	const bundle = host && (await packOnce(t, ['/usr/bin/bash', '--strategy', 'exec']));
	if (host === undefined || bundle === undefined) return;
	// No loader is there to mind them but the bundle's.
	const hidden = {LD_PRELOAD: '/site/own.so', LD_AUDIT: '/site/audit.so', LD_PROFILE: 'libc.so.6'};
	const env = {...start, ...hidden, GLIBC_TUNABLES: 'glibc.malloc.check=0'};
	const answer = await runOnHost(host, {
		bundle,
		argv: ['bin/bash', '-c', 'echo "$LD_PRELOAD"; /usr/bin/env; :'],
		env: {...env, HOME: undefined, TERM: undefined},
		noUserNamespaces: true,
	});
	t.is(answer.stderr, '');
	t.deepEqual(
		comparable(answer.stdout),
		comparable(
			[
				'/site/own.so',
				'_=/usr/bin/env',
				...Object.entries(env).map(([name, value]) => `${name}=${value}`),
				'',
			].join('\n'),
		),
	);
});

async function here(t: ExecutionContext, script: string): Promise<string> {
	const cwd = makeScratch(t);
	// Bash takes a socket for a remote login.
	const {stdout} = await run('/bin/sh', ['-c', `exec </dev/null\n${script}`], {cwd, env: start});
	return stdout;
}

/** In any order, and without what names a directory or counts the shells of the test. */
function comparable(environment: string): string[] {
	return environment
		.split('\n')
		.filter(line => !/^(?:PWD|OLDPWD|SHLVL)=/u.test(line))
		.sort();
}

for (const name of targetHosts) {
	for (const engine of ['shim', 'userns'] as const) {
		test.serial(
			`on the ${name} host, a child of the host sees what the user set, under ${engine}`,
			async t => {
				const host = await needHost(t, name);
				const programs = ['bash', 'python3', 'perl', 'make'].map(program => `/usr/bin/${program}`);
				const bundle = host && (await packOnce(t, programs));
				if (host === undefined || bundle === undefined) return;
				// Some shells pass on a variable whose name is none, others drop it.
				const plain = {...start, 'odd name': undefined};
				for (const [way, script] of Object.entries(ways)) {
					// The shell that starts it all is the host's, and must not add a bundle to PATH.
					const [program = ''] = /(?:bash|python3|perl|make) /u.exec(script) ?? [];
					const started = script.replace(program, `"$top/bin/${program.trim()}" `);
					const answer = await runOnHost(host, {
						bundle,
						argv: [...plainShell(name), '-c', `top=$PWD; cd /home/user; unset OLDPWD\n${started}`],
						env: {...plain, HOME: undefined, TERM: undefined, DYNPK_ENGINE: engine},
						noUserNamespaces: engine === 'shim',
					});
					t.is(answer.stderr, '', way);
					const isOfTest = (line: string): boolean =>
						line === `DYNPK_ENGINE=${engine}` ||
						line.startsWith('top=') ||
						// A bash as the host's sh sets this one for its child.
						(name === 'el7' && script.includes('/bin/sh') && line.startsWith('_='));
					const [told, expected] = [answer.stdout, await here(t, script)].map(environment =>
						comparable(environment).filter(line => !isOfTest(line)),
					);
					t.deepEqual(told, expected, way);
				}
			},
		);
	}
}
