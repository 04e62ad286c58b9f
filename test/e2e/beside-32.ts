/**
 * A 32-bit program and a 64-bit one in one bundle, each with data, a plug-in, names of users and the
 * other as its child, on hosts that have neither the libraries of the one nor user namespaces.
 */
import {execFile} from 'node:child_process';
import {existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {needHost} from '../helpers/run/host-need.js';
import {beforeI686, i686Compiler, i686Flags} from '../helpers/run/i686-programs.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';
import {sssdKnowing, startSssd} from '../nss/lib/name-daemons.js';

const execute = promisify(execFile);

const program = `
#include <dlfcn.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const int bits = 8 * (int)sizeof(void *);
	char line[64] = "no data\\n";
	struct stat status;
	FILE *file = fopen(DATA, "r");
	void *plug = dlopen(argc > 1 ? argv[1] : PLUG, RTLD_NOW);
	const char *(*word)(void) = plug == NULL ? NULL : (const char *(*)(void))dlsym(plug, "word");
	struct passwd *user = getpwuid(4242);
	int ended = 0;

	if (file != NULL)
		fgets(line, sizeof(line), file);
	printf("%d %d %s", bits, stat(DATA, &status) == 0 ? (int)status.st_size : -1, line);
	printf("%s\\n", word == NULL ? dlerror() : word());
	printf("%s\\n", user == NULL ? "nobody" : user->pw_name);
	fflush(stdout);
	if (argc < 3)
		return bits;
	if (fork() == 0) {
		execl(OTHER, OTHER, (char *)NULL);
		_exit(99);
	}
	wait(&ended);
	return WEXITSTATUS(ended);
}
`;

interface Machine {
	readonly bits: 32 | 64;
	readonly compiler: string;
	readonly flags: readonly string[];
}

const user = {
	...{name: 'of the host', id: 4242, gecos: '', home: '/'},
	groups: [{name: 'users', id: 100, members: []}],
};

const machines: readonly Machine[] = [
	{bits: 64, compiler: 'gcc', flags: []},
	{bits: 32, compiler: i686Compiler, flags: i686Flags},
];

/** The bundle's main machine is that of its first program. */
const nameOf = (bits: number): string => (bits === 64 ? 'first' : 'second');

interface World {
	readonly place: string;
	readonly bundle: string;
	readonly said: string;
}

let world: Promise<World> | undefined;
let place: string | undefined;

test.after.always('remove the bundle', () => {
	if (place !== undefined) rmSync(place, {recursive: true, force: true});
});

/** Both programs with their plug-ins and their data, packed for every program to be audited. */
async function makeWorld(): Promise<World> {
	place = realpathSync(mkdtempSync(join(tmpdir(), 'dynpk-beside-')));
	const at = (name: string): string => join(place!, name);
	writeFileSync(at('data'), 'of the bundle\n');
	writeFileSync(at('program.c'), program);
	for (const {bits, compiler, flags} of machines) {
		writeFileSync(at('plug.c'), `const char *word(void) { return "plug-in of ${bits}"; }\n`);
		const plug = at(`plug${bits}.so`);
		await execute(compiler, ['-shared', '-fPIC', '-nostdlib', '-o', plug, at('plug.c')]);
		const names = [
			`-DDATA="${at('data')}"`,
			`-DPLUG="${plug}"`,
			`-DOTHER="${at(nameOf(96 - bits))}"`,
		];
		await execute(compiler, [...names, ...flags, '-o', at(nameOf(bits)), at('program.c')]);
	}

	const more = ['data', 'plug32.so', 'plug64.so'].map(at);
	const packed = await runDynpk([
		...['pack', at(nameOf(64)), at(nameOf(32)), '--with', ...more],
		...['--audit', 'enforce', '-o', at('bundle')],
	]);
	if (packed.status !== 0) throw new Error(packed.stderr);
	return {place, bundle: at('bundle'), said: packed.stderr};
}

async function needWorld(t: ExecutionContext): Promise<(World & {before: string}) | undefined> {
	if (!need(t, 'gcc')) return undefined;
	const before = await beforeI686(t);
	if (before === undefined) return undefined;
	world ??= makeWorld();
	return {...(await world), before};
}

test.serial('each machine has its own shim, stub and module, where no other looks', async t => {
	const made = await needWorld(t);
	if (made === undefined) return;
	t.is(made.said, '');
	const {launches, files} = readManifest(join(made.bundle, 'dynpk.json'));
	const tools = launches.flatMap(launch =>
		launch.kind === 'loader' ? [[launch.view?.shim, launch.audit?.stub, launch.strategy]] : [],
	);
	const of = (directory: string) => [
		`${directory}/path-shim.so`,
		`${directory}/libdynpk-audit.so`,
		'map',
	];
	t.deepEqual([...tools].sort(), [of('libexec/dynpk'), of('libexec/dynpk/i686')].sort());
	t.is(
		files.find(({path}) => path === 'lib-i686/libnss_sss.so.2')?.target,
		'../libexec/dynpk/i686/libdynpk-names.so',
	);
	for (const tool of tools.flat().filter(name => name?.endsWith('.so'))) {
		t.true(existsSync(join(made.bundle, tool!)));
	}
});

test.serial('verify tries auditing with the libraries of the main machine', async t => {
	const made = await needWorld(t);
	if (made === undefined) return;
	const verified = await runDynpk(['verify', '--json', made.bundle]);
	t.false(verified.stdout.includes('AUDIT_CANARY_FAILED'), verified.stdout);
	t.true(verified.stdout.includes('"findings"'), verified.stdout);
});

for (const name of targetHosts) {
	test.serial(`both start each other, silently and audited, on the ${name} host`, async t => {
		const host = await needHost(t, name);
		const made = host && (await needWorld(t));
		if (made === undefined) return;
		const {bundle, before} = made;
		const daemon = await startSssd(t, sssdKnowing(user));
		const request = {
			bundle,
			before,
			noUserNamespaces: true,
			files: {
				'/etc/nsswitch.conf': 'passwd: sss\n',
			},
			binds: [
				daemon.bind,
				...[32, 64].map(bits => ({
					from: join(made.place, `plug${bits}.so`),
					to: `/opt/plug${bits}.so`,
					readOnly: true,
				})),
			],
		};
		for (const bits of [32, 64]) {
			const own = (of: number): string => `${of} 14 of the bundle\nplug-in of ${of}\nof the host\n`;
			const plug = join(made.place, `plug${bits}.so`);
			const both = await runOnHost(host!, {
				...request,
				argv: [`./bin/${nameOf(bits)}`, plug, 'and the other'],
			});
			t.deepEqual(both, {
				status: 96 - bits,
				signal: undefined,
				stdout: own(bits) + own(96 - bits),
				stderr: '',
			});
			const outside = await runOnHost(host!, {
				...request,
				argv: [`./bin/${nameOf(bits)}`, `/opt/plug${bits}.so`],
			});
			t.regex(outside.stdout, /^\d+ 14 of the bundle\n.*refused.*\nof the host\n$/u);
			t.is(outside.status, bits);
		}
	});
}
