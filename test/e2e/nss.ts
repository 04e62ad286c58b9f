/**
 * Users, groups and hosts that only the host knows, as packed programs see them: through SSSD's
 * socket, a name cache daemon's, or the host's own getent; with C libraries older and newer than 2.34,
 * which read their own files from modules before.
 */
import test, {type ExecutionContext} from 'ava';
import {needHost} from '../helpers/run/host-need.js';
import {packOnce} from '../helpers/run/packed.js';
import {bundlePlace} from '../hosts/lib/prepare-entry.js';
import {targetHosts, type HostName} from '../hosts/lib/recipes.js';
import {runOnHost, type CapturedRun} from '../hosts/lib/run-on-host.js';
import {
	nscdKnowing,
	sssdKnowing,
	startNscd,
	startSssd,
	type Daemon,
} from '../nss/lib/name-daemons.js';
import {alice, getent, hostFiles, root} from '../nss/lib/name-host.js';

/** How a host knows alice, by name: what runs there, and what was asked of it. */
const sources: Readonly<
	Record<string, (t: ExecutionContext) => Promise<Daemon | {readonly asked?: undefined}>>
> = {
	getent: () => Promise.resolve({}),
	nscd: async t => startNscd(t, nscdKnowing(alice, root)),
	SSSD: async t => startSssd(t, sssdKnowing(alice)),
};

async function runKnowing(
	t: ExecutionContext,
	source: keyof typeof sources,
	host: HostName,
	run: CapturedRun,
): Promise<string | undefined> {
	const place = await needHost(t, host);
	if (place === undefined) return undefined;
	const daemon = await sources[source]!(t);
	// Where a daemon listens, getent knows nobody: what is known, the daemon said.
	const files = {
		...hostFiles('files sss'),
		...getent('bind' in daemon ? {} : undefined),
		...run.files,
	};
	const binds = 'bind' in daemon ? [daemon.bind] : [];
	const answer = await runOnHost(place, {...run, files, binds});
	t.is(answer.stderr, '', JSON.stringify(answer));
	if (daemon.asked !== undefined) t.true(daemon.asked.length > 0);
	return answer.stdout;
}

const id = 'uid=1000(alice) gid=1000(wonder) groups=1000(wonder),2000(tea)\n';
const asking =
	'bin/id; bin/id alice; bin/id -un; bin/id nobody2 2>&1 | sed "s/^.*: //"; bin/id root';
const known = `uid=1000(alice) gid=1000(wonder) groups=1000(wonder)\n${id}alice\nno such user\nuid=0(root) gid=0(root) groups=0(root)\n`;

for (const release of ['this machine', 'bullseye', 'trixie'] as const) {
	for (const scope of ['package', 'closure']) {
		test.serial(`id of ${release}, scope ${scope}, knows the host's users`, async t => {
			const sysroot = release === 'this machine' ? undefined : await needHost(t, release);
			if (sysroot === undefined && release !== 'this machine') return;
			const options = sysroot === undefined ? [] : ['--sysroot', sysroot.root];
			const bundle = await packOnce(t, ['/usr/bin/id', '--scope', scope, ...options]);
			if (bundle === undefined) return;
			for (const source of Object.keys(sources)) {
				for (const host of targetHosts) {
					const answer = await runKnowing(t, source, host, {
						bundle,
						argv: ['/bin/sh', '-c', asking],
					});
					t.is(answer, known, `${source} of ${host}`);
				}
			}
		});
	}
}

const python = [
	'import getpass, grp, os, pwd',
	'print(getpass.getuser(), pwd.getpwuid(os.getuid()).pw_gecos, os.path.expanduser("~alice"))',
	'print(grp.getgrgid(2000).gr_mem, sorted(os.getgrouplist("alice", 1000)))',
	'try: pwd.getpwnam("nobody2")',
	'except KeyError as error: print(error)',
].join('\n');

for (const source of Object.keys(sources)) {
	test.serial(`python3 knows who it is, by ${source}`, async t => {
		const bundle = await packOnce(t, ['/usr/bin/python3']);
		if (bundle === undefined) return;
		for (const host of targetHosts) {
			const argv = ['bin/python3', '-c', python];
			const answer = await runKnowing(t, source, host, {bundle, argv});
			t.is(
				answer,
				[
					'alice Alice Liddell /home/user',
					"['alice', 'dormouse'] [1000, 2000]",
					`"getpwnam(): name not found: 'nobody2'"`,
					'',
				].join('\n'),
				host,
			);
		}
	});

	test.serial(`git commits in the user's name, by ${source}`, async t => {
		const bundle = await packOnce(t, ['/usr/bin/git']);
		if (bundle === undefined) return;
		for (const host of targetHosts) {
			const script = [
				'git=$PWD/bin/git; cd /tmp',
				'"$git" init --quiet repository && cd repository && echo text >file',
				'"$git" add file && "$git" commit --quiet --message text && "$git" log --format="%an, %ae"',
			].join('\n');
			const argv = ['/bin/sh', '-c', script];
			const env = {EMAIL: 'alice@example.com'};
			const answer = await runKnowing(t, source, host, {bundle, argv, env});
			t.is(answer, 'Alice Liddell, alice@example.com\n', host);
		}
	});

	test.serial(`bash finds a user's home, by ${source}`, async t => {
		const bundle = await packOnce(t, ['/usr/bin/bash']);
		if (bundle === undefined) return;
		const argv = ['bin/bash', '-c', 'name="\\u"; echo ~alice ~nobody2 "${name@P}"'];
		const answer = await runKnowing(t, source, 'empty', {bundle, argv});
		if (answer !== undefined) t.is(answer, '/home/user ~nobody2 alice\n');
	});
}

test.serial('no engine and no audit comes in between', async t => {
	const bundle = await packOnce(t, ['/usr/bin/python3']);
	if (bundle === undefined) return;
	for (const setting of [
		'DYNPK_ENGINE=direct',
		'DYNPK_ENGINE=shim',
		'DYNPK_ENGINE=userns',
		'DYNPK_AUDIT=enforce',
	]) {
		const [variable = '', value = ''] = setting.split('=');
		const argv = ['bin/python3', '-c', 'import getpass; print(getpass.getuser())'];
		const run = {bundle, argv, env: {[variable]: value}};
		t.is(await runKnowing(t, 'getent', 'empty', run), 'alice\n', setting);
	}
});

const hostsAsked = [
	'import socket',
	'kinds = [socket.AF_UNSPEC, socket.AF_INET, socket.AF_INET6]',
	'for name in ["white.rabbit", "white.local"]:',
	' for kind in kinds:',
	'  try: print([a[4][0] for a in socket.getaddrinfo(name, 80, kind, socket.SOCK_STREAM)])',
	'  except OSError as error: print(error.errno == socket.EAI_NONAME)',
	'print(socket.gethostbyaddr("192.0.2.7")[:2])',
	'print(open("/tmp/asked").read())',
].join('\n');

test.serial('hosts are known by the services that the host names', async t => {
	const [bundle, host] = [await packOnce(t, ['/usr/bin/python3']), await needHost(t, 'empty')];
	if (bundle === undefined || host === undefined) return;
	const services = 'files mdns4_minimal [NOTFOUND=return] resolve [!UNAVAIL=return]';
	const files = {...hostFiles('files', services), ...getent()};
	const argv = ['bin/python3', '-c', hostsAsked];
	const answer = await runOnHost(host, {bundle, files, argv});
	const lines = [
		"['192.0.2.7', '2001:db8::7']",
		"['192.0.2.7']",
		"['2001:db8::7']",
		"['192.0.2.8']",
		"['192.0.2.8']",
		'True',
		"('white.rabbit', ['rabbit'])",
		// Each question once, whoever asked it and for which family.
		...['ahosts white.rabbit', 'ahosts white.local', 'hosts 192.0.2.7', '', ''],
	];
	t.deepEqual([answer.stdout, answer.stderr], [lines.join('\n'), '']);
});

test.serial('a name that the host does not know is still asked of the name server', async t => {
	const [bundle, host] = [await packOnce(t, ['/usr/bin/python3']), await needHost(t, 'empty')];
	if (bundle === undefined || host === undefined) return;
	const code =
		'import socket\ntry: socket.getaddrinfo("foo.local", 80)\nexcept OSError as error: print(error.errno == socket.EAI_AGAIN)';
	for (const services of [
		'dns',
		'mdns4_minimal [NOTFOUND=return] dns',
		'resolve [!UNAVAIL=return] dns',
	]) {
		const files = {...hostFiles('files', services), ...getent()};
		const answer = await runOnHost(host, {bundle, files, argv: ['bin/python3', '-c', code]});
		// Nobody answers there: "try again", where a name that is not there would be none.
		t.deepEqual([answer.stdout, answer.stderr], ['True\n', ''], services);
	}
});

test.serial('a service of nobody at all is no reason to crash', async t => {
	for (const release of ['bullseye', 'trixie'] as const) {
		const sysroot = await needHost(t, release);
		const bundle = sysroot && (await packOnce(t, ['/usr/bin/id', '--sysroot', sysroot.root]));
		const host = await needHost(t, 'empty');
		if (bundle === undefined || host === undefined) return;
		const files = {...hostFiles('files nonsense [NOTFOUND=continue] sss'), ...getent()};
		const answer = await runOnHost(host, {bundle, files, argv: ['bin/id', '-un']});
		t.deepEqual([answer.stdout, answer.stderr], ['alice\n', '']);
		const nobody = await runOnHost(host, {
			bundle,
			files: hostFiles('nonsense sss'),
			argv: ['bin/id', '-u', '-n', '1000'],
		});
		t.deepEqual([nobody.status, nobody.signal], [1, undefined]);
		t.regex(nobody.stderr, /no such user/u);
	}
});

test.serial('a packed getent asks the host’s, and is not asked by itself', async t => {
	const [bundle, host] = [
		await packOnce(t, ['/usr/bin/getent', '--scope', 'closure']),
		await needHost(t, 'empty'),
	];
	if (bundle === undefined || host === undefined) return;
	const argv = ['bin/getent', 'passwd', 'alice'];
	const usual = {...hostFiles('files sss'), ...getent()};
	const asked = await runOnHost(host, {bundle, files: usual, argv});
	t.is(asked.stdout, 'alice:x:1000:1000:Alice Liddell:/home/user:/bin/sh\n');
	const itself = `#!/bin/sh\necho >>/tmp/asked\nexec "${bundlePlace}/bin/getent" "$@"\n`;
	const files = {...usual, '/usr/bin/getent': {content: itself, mode: 0o755}};
	const script = 'bin/getent passwd alice; echo $?; wc -l </tmp/asked';
	const looping = await runOnHost(host, {bundle, files, argv: ['/bin/sh', '-c', script]});
	t.deepEqual([looping.stdout, looping.stderr], ['2\n1\n', '']);
});

test.serial('programs of the host have their own services', async t => {
	const bundle = await packOnce(t, ['/usr/bin/bash']);
	const host = await needHost(t, 'bullseye');
	if (bundle === undefined || host === undefined) return;
	const script = 'echo ~alice; /usr/bin/id -un 1000; env | grep -c DYNPK_NAMES';
	const files = {...hostFiles('files sss'), ...getent()};
	const answer = await runOnHost(host, {bundle, files, argv: ['bin/bash', '-c', script]});
	t.is(answer.stdout, '/home/user\n0\n');
	t.regex(answer.stderr, /1000.?: no such user/u);
});
