/**
 * What the C library and other libraries look for by themselves, past every preloaded object or at
 * compiled-in paths: locales, character sets, time zones, certificates, plug-ins. Under the shim,
 * without any engine, and with the audit stub refusing everything of the host.
 */
import {execFile} from 'node:child_process';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {packOnce} from '../helpers/run/packed.js';
import {makeScratch} from '../helpers/worlds/scratch.js';
import {plainShell, targetHosts, type HostName} from '../hosts/lib/recipes.js';
import {runOnHost, type CapturedRun} from '../hosts/lib/run-on-host.js';

const run = promisify(execFile);

const circumstances = {
	'under the shim': {DYNPK_ENGINE: 'shim'},
	'without an engine': {DYNPK_ENGINE: 'direct'},
	'with the audit stub': {DYNPK_AUDIT: 'enforce'},
} as const;
const inNamespace = {DYNPK_ENGINE: 'userns'};
type Circumstance = keyof typeof circumstances;

interface RuleTrial {
	readonly pack: readonly string[];
	readonly script: string;
	readonly stdout: string | RegExp | ((t: ExecutionContext) => Promise<string>);
	readonly env?: Readonly<Record<string, string>>;
	readonly files?: CapturedRun['files'];
	readonly status?: number;
	readonly hosts?: readonly HostName[];
	/** Default: all of them. */
	readonly how?: readonly Circumstance[];
}

/** The script finds the bundle's programs in PATH, and starts in an empty home; `$top` is the bundle. */
function trial(title: string, spec: RuleTrial): void {
	for (const how of spec.how ?? (Object.keys(circumstances) as Circumstance[])) {
		for (const name of spec.hosts ?? targetHosts) {
			test.serial(`${title}, ${how}, on the ${name} host`, async t => {
				const host = await needHost(t, name);
				const bundle = host && (await packOnce(t, spec.pack));
				if (host === undefined || bundle === undefined) return;
				const words = `export top="$PWD"; PATH="$PWD/bin:$PWD/root/usr/bin:$PATH"; cd\n${spec.script}`;
				const answer = await runOnHost(host, {
					bundle,
					argv: [...plainShell(name), '-c', words],
					env: {...circumstances[how], ...spec.env},
					...(spec.files === undefined ? {} : {files: spec.files}),
				});
				t.is(answer.stderr, '');
				const expected = typeof spec.stdout === 'function' ? await spec.stdout(t) : spec.stdout;
				if (typeof expected === 'string') {
					t.is(answer.stdout, expected);
				} else {
					t.regex(answer.stdout, expected);
				}

				t.is(answer.status, spec.status ?? 0);
			});
		}
	}
}

const libc = ['/usr/bin/python3', '/usr/bin/bash', '/usr/bin/date', 'deb:libc-bin', 'deb:tzdata'];
const utf8 = {LC_ALL: 'C.UTF-8'};

trial('C.UTF-8 is a locale of every program', {
	pack: libc,
	env: utf8,
	script: `
python3 -c 'import locale; print(locale.setlocale(locale.LC_ALL, ""), locale.nl_langinfo(locale.CODESET), "\u00e4".upper())'
bash -c 'x=\u00e4\u00f6\u00fc; echo \${#x} \${x:1:1}'
locale charmap`,
	stdout: 'C.UTF-8 UTF-8 \u00c4\n3 \u00f6\nUTF-8\n',
});

trial('tmux, which insists on UTF-8, starts and keeps a name in it', {
	pack: ['/usr/bin/tmux', '--exclude=**/utempter/utempter'],
	env: {...utf8, SHELL: '/bin/sh'},
	script: `tmux -f /dev/null -S s new-session -d -s n\u00e4me cat \\; list-sessions -F '#{session_name}' \\; kill-server`,
	stdout: 'n\u00e4me\n',
});

/** Converts to each character set named on its input, and back. */
const roundTrips = `
#include <iconv.h>
#include <stdio.h>
#include <string.h>
static size_t convert(const char *to, const char *from, char *text, size_t size, char *room)
{
	iconv_t handle = iconv_open(to, from);
	char *at = room;
	size_t left = 256;
	int failed = handle == (iconv_t)-1 || iconv(handle, &text, &size, &at, &left) == (size_t)-1 ||
		     iconv(handle, NULL, NULL, &at, &left) == (size_t)-1;
	return failed ? 0 : 256 - left;
}
int main(void)
{
	char name[100], there[256], back[257];
	while (scanf(" %99[^ ,/\\n]//%*[,]", name) == 1) {
		size_t size = convert(name, "UTF-8", "ABC 123", 7, there);
		size_t returned = size == 0 ? 0 : convert("UTF-8", name, there, size, back);
		back[returned] = 0;
		printf("%s %zu ", name, size);
		for (size_t i = 0; i < size; i++)
			printf("%02x", there[i] & 255);
		printf(" %s\\n", back);
	}
	return 0;
}
`;

test.serial(
	'iconv knows every character set it knows here, and converts there and back',
	async t => {
		if (!need(t, 'gcc', 'iconv')) return;
		const directory = makeScratch(t);
		await writeFile(join(directory, 'rounds.c'), roundTrips);
		await run('gcc', ['-o', 'rounds', 'rounds.c'], {cwd: directory});
		const bundle = await packOnce(t, [join(directory, 'rounds'), '/usr/bin/iconv']);
		const script = 'iconv -l | ./rounds';
		const here = await run('/bin/sh', ['-c', script], {cwd: directory, maxBuffer: 1 << 24});
		t.true(here.stdout.split('\n').length > 1000);
		t.regex(here.stdout, /^EUC-JP 7 41424320313233 ABC 123$/m);
		for (const name of targetHosts) {
			const host = await needHost(t, name);
			if (host === undefined || bundle === undefined) return;
			for (const [how, env] of [
				...Object.entries(circumstances),
				['userns', inNamespace] as const,
			]) {
				const argv = ['/bin/sh', '-c', 'bin/iconv -l | bin/rounds'];
				const answer = await runOnHost(host, {bundle, argv, env});
				t.is(answer.stderr, '', `${how}, ${name}`);
				t.is(answer.stdout, here.stdout, `${how}, ${name}`);
			}
		}
	},
);

trial('time zones are the bundle’s where the host has none', {
	pack: libc,
	// The empty host's shell has a date of its own.
	script: `TZ=Europe/Berlin "$top/bin/date" -d @0 '+%H %Z'; python3 -c '
import zoneinfo, datetime; print(datetime.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")))'`,
	stdout: '01 CET\n2026-07-01 00:00:00+02:00\n',
});

/** Tokyo's rules under another name. */
async function tokyo(): Promise<Buffer> {
	return readFile('/usr/share/zoneinfo/Asia/Tokyo');
}

test('time zones are the host’s where it has any', async t => {
	const host = await needHost(t, 'empty');
	const bundle = host && (await packOnce(t, libc));
	if (host === undefined || bundle === undefined) return;
	for (const env of Object.values(circumstances)) {
		const answer = await runOnHost(host, {
			bundle,
			argv: [
				'/bin/sh',
				'-c',
				`TZ=Europe/Berlin bin/date -d @0 '+%H %Z'; bin/python3 -c '
import zoneinfo, datetime; print(datetime.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")).tzname())'`,
			],
			env,
			files: {'/usr/share/zoneinfo/Europe/Berlin': {content: await tokyo(), mode: 0o644}},
		});
		t.deepEqual(answer, {status: 0, signal: undefined, stdout: '09 JST\nJST\n', stderr: ''});
	}
});

const tls = ['/usr/bin/openssl', '/usr/bin/curl', '/usr/bin/python3'];
const trusts = `
openssl verify one.pem >/dev/null 2>&1 && echo openssl; openssl verify -CAfile /opt/site.pem /opt/site.pem >/dev/null && echo sane
python3 -c 'import ssl; print(len(ssl.create_default_context().get_ca_certs()) > 9)'`;
const first = `openssl x509 -in "$top/root/etc/ssl/certs/ca-certificates.crt" -out one.pem\n`;

async function siteAuthority(t: ExecutionContext): Promise<{key: string; certificate: string}> {
	const directory = makeScratch(t);
	const [key, certificate] = [join(directory, 'key'), join(directory, 'certificate')];
	await run('openssl', [
		...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
		...['-keyout', key, '-out', certificate, '-days', '2', '-subj', '/CN=localhost'],
		...['-addext', 'subjectAltName=DNS:localhost'],
	]);
	return {key: await readFile(key, 'utf8'), certificate: await readFile(certificate, 'utf8')};
}

for (const [how, env] of Object.entries(circumstances)) {
	test.serial(`certificates are the bundle’s where the host has none, ${how}`, async t => {
		const host = await needHost(t, 'empty');
		const bundle = host && need(t, 'openssl') ? await packOnce(t, tls) : undefined;
		if (host === undefined || bundle === undefined) return;
		const {certificate} = await siteAuthority(t);
		const answer = await runOnHost(host, {
			bundle,
			argv: ['/bin/sh', '-c', `top=$PWD PATH=$PWD/bin:$PATH; cd\n${first}${trusts}`],
			env,
			files: {'/opt/site.pem': certificate},
		});
		t.deepEqual(answer, {
			status: 0,
			signal: undefined,
			stdout: 'openssl\nsane\nTrue\n',
			stderr: '',
		});
	});

	for (const place of ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt']) {
		test.serial(`certificates are the host’s where it has ${place}, ${how}`, async t => {
			const host = await needHost(t, 'empty');
			const bundle = host && need(t, 'openssl') ? await packOnce(t, tls) : undefined;
			if (host === undefined || bundle === undefined) return;
			const {key, certificate} = await siteAuthority(t);
			const answer = await runOnHost(host, {
				bundle,
				argv: [
					'/bin/sh',
					'-c',
					`top=$PWD PATH=$PWD/bin:$PATH; cd\n${first}${trusts}
openssl verify ${place}
: >said; openssl s_server -unix s -key /opt/key -cert ${place} -www >said & server=$!
until grep -q ACCEPT said; do :; done
curl -sS --unix-socket s -o page https://localhost/; grep -c -i '<html>' page; kill $server`,
				],
				env,
				files: {'/opt/site.pem': certificate, '/opt/key': key, [place]: certificate},
			});
			t.deepEqual(answer, {
				status: 0,
				signal: undefined,
				stdout: `sane\nFalse\n${place}: OK\n1\n`,
				stderr: '',
			});
		});
	}
}

trial('ruby loads its library, compiled and not', {
	pack: ['/usr/bin/ruby'],
	env: utf8,
	script: `ruby -e 'require "json"; require "openssl"; require "psych"; require "rake"
puts JSON.generate(["\u00e4"]), OpenSSL::Digest.hexdigest("SHA256", "")[0, 8], {"a" => 1}.to_yaml, "\u00e4".encode("UTF-16LE").bytesize'`,
	stdout: '["\u00e4"]\ne3b0c442\n---\na: 1\n2\n',
});

trial('openssl loads a provider that is a file of its own', {
	pack: tls,
	script: 'printf abc | openssl dgst -provider legacy -md4',
	stdout: 'MD4(stdin)= a448017aaf21d8525fc10ae87aa6729d\n',
});

trial('terminals are described, whatever the host knows of them', {
	pack: ['/usr/bin/tput', '/usr/bin/infocmp'],
	env: {TERM: 'xterm-256color'},
	script: 'tput colors; infocmp rxvt > /dev/null && echo rxvt',
	stdout: '256\nrxvt\n',
});

trial('kinit says in words that it knows no such realm', {
	pack: ['/usr/bin/kinit', '--exclude=/usr/bin/ksu'],
	script: 'kinit me@EXAMPLE.ORG 2>&1',
	stdout: 'kinit: Cannot find KDC for realm "EXAMPLE.ORG" while getting initial credentials\n',
	status: 1,
});

trial('man shows a page in UTF-8', {
	pack: ['/usr/bin/man', '/usr/bin/groff'],
	env: {...utf8, MANWIDTH: '60', MANPAGER: 'cat'},
	script: `printf '.TH ONE 1\\n.SH NAME\\none \\\\- n\u00e4me \\\\(bu\\n' > one.1 && man -l one.1 && groff -K utf8 -T utf8 -man one.1 | grep -c '\u2022'`,
	stdout: /one - n\u00e4me \u2022\n[^]*\n1\n$/u,
});

trial('GDK-Pixbuf finds its loaders', {
	pack: ['/usr/bin/gdk-pixbuf-thumbnailer'],
	// Its cache names the loaders by their absolute paths: no variable could lead elsewhere.
	how: ['under the shim', 'with the audit stub'],
	script: String.raw`printf 'P3 2 2 255 255 0 0 0 255 0 0 0 255 9 9 9\n' > a.ppm
gdk-pixbuf-thumbnailer -s 8 a.ppm b.png && head -c 4 b.png | tail -c 3`,
	stdout: 'PNG',
});

trial('fontconfig finds its configuration', {
	pack: ['/usr/bin/fc-match', 'deb:fonts-dejavu-core'],
	how: ['under the shim', 'with the audit stub'],
	script: `fc-match -f '%{family}\\n%{file}\\n' 'DejaVu Sans:bold'`,
	stdout: 'DejaVu Sans\n/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf\n',
});

trial(
	'where PATH is not set, the bundle’s programs come first and the usual directories behind them',
	{
		pack: libc,
		how: ['under the shim', 'with the audit stub'],
		script: `
unset PATH
"$top/bin/bash" -c 'date -u -d @0 +%s; case $PATH in *bin:/usr/local/sbin:*:/bin) echo usual; esac'
"$top/bin/python3" -c 'import subprocess; subprocess.run(["bash", "-c", "date -u -d @1 +%s"], env={})'`,
		stdout: '0\nusual\n1\n',
	},
);

for (const language of ['en_US.UTF-8', 'de_DE.UTF-8']) {
	trial(`a language that neither side has a locale of is UTF-8 by its own name: ${language}`, {
		pack: [...libc, '/usr/bin/perl'],
		how: ['under the shim', 'with the audit stub'],
		env: {LANG: language, LC_ALL: ''},
		script: `
python3 -c 'import locale; print(locale.setlocale(locale.LC_ALL, ""), locale.nl_langinfo(locale.CODESET), len("ä"))'
perl -CA -e 'use POSIX; print setlocale(LC_CTYPE, ""), " ", length($ARGV[0]), "\n"' äö
bash -c 'x=äöü; echo \${#x} \${x:1:1}'`,
		stdout: `${language} UTF-8 1\n${language} 2\n3 ö\n`,
	});
}

test('locales that only the host’s archive has can be used, under the shim', async t => {
	const host = await needHost(t, 'empty');
	const bundle = host && need(t, 'localedef') ? await packOnce(t, libc) : undefined;
	if (host === undefined || bundle === undefined) return;
	const prefix = makeScratch(t);
	await run('mkdir', ['-p', join(prefix, 'usr/lib/locale')]);
	await run('localedef', [`--prefix=${prefix}`, '-i', 'de_DE', '-f', 'UTF-8', 'de_DE.UTF-8']);
	const archive = '/usr/lib/locale/locale-archive';
	const answer = await runOnHost(host, {
		bundle,
		argv: [
			'bin/python3',
			'-c',
			`import locale
print(locale.setlocale(locale.LC_ALL, ""), locale.localeconv()["decimal_point"])
print(locale.setlocale(locale.LC_ALL, "C.UTF-8"))
try: locale.setlocale(locale.LC_ALL, "xx_YY")
except locale.Error as e: print(e)`,
		],
		env: {LANG: 'de_DE.UTF-8'},
		files: {[archive]: {content: await readFile(join(prefix, archive)), mode: 0o644}},
	});
	t.deepEqual(answer, {
		status: 0,
		signal: undefined,
		stdout: 'de_DE.UTF-8 ,\nC.UTF-8\nunsupported locale setting\n',
		stderr: '',
	});
});

const certificateFile = '/etc/ssl/certs/ca-certificates.crt';

test('what is the host’s is seen where it has any, and the bundle’s elsewhere', async t => {
	const host = await needHost(t, 'empty');
	const bundle = host && (await packOnce(t, [...tls, '--with=/etc/services']));
	if (host === undefined || bundle === undefined) return;
	const look = `
import os
def size(path):
    try: return os.path.getsize(path) > 99 and "long" or open(path).read().strip()
    except OSError as error: return error.strerror
print(*[size(p) for p in ("${certificateFile}", "/etc/hosts", "/etc/services")], sep="; ")
print(sorted(n for n in os.listdir("/etc/ssl/certs")), os.path.exists("/etc/passwd"))
os.chdir("/etc/ssl/certs"); print(os.getcwd(), size("ca-certificates.crt"))`;
	const env = {DYNPK_ENGINE: 'shim'};
	const argv = ['bin/python3', '-c', look];
	const without = await runOnHost(host, {bundle, argv, env});
	t.deepEqual(without.stdout.split('\n'), [
		'long; No such file or directory; long',
		"['ca-certificates.crt'] False",
		'/etc/ssl/certs long',
		'',
	]);
	t.is(without.stderr, '');
	const files = {
		[certificateFile]: 'host\n',
		'/etc/ssl/certs/other': '',
		'/etc/hosts': 'names\n',
		'/etc/services': 'site\n',
	};
	const having = await runOnHost(host, {bundle, argv, env, files});
	t.deepEqual(having.stdout.split('\n'), [
		'host; names; long',
		"['ca-certificates.crt', 'other'] False",
		'/etc/ssl/certs host',
		'',
	]);
	t.is(having.stderr, '');
});

test('a program of the host never hears which of several places was chosen', async t => {
	const host = await needHost(t, 'empty');
	const bundle = host && (await packOnce(t, tls));
	if (host === undefined || bundle === undefined) return;
	const argv = [
		'bin/python3',
		'-c',
		`import os; print(os.environ["SSL_CERT_FILE"], flush=True); os.system("env | grep SSL_CERT")`,
	];
	const files = {[certificateFile]: 'host\n'};
	const env = {DYNPK_ENGINE: 'shim', LC_ALL: 'C'};
	const chosen = await runOnHost(host, {bundle, argv, env, files});
	t.is(chosen.stdout, `/.${certificateFile}\n`);
	const own = {...env, SSL_CERT_FILE: certificateFile};
	const users = await runOnHost(host, {bundle, argv, env: own, files});
	t.is(users.stdout, `${certificateFile}\nSSL_CERT_FILE=${certificateFile}\n`);
});
