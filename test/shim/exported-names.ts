/**
 * Every function a C library exports is one of three: it takes no path, the shim answers it, or it
 * is left alone for a reason that `data/left-alone.json` tells. A library with a new one fails here.
 */
import {execFile} from 'node:child_process';
import {existsSync, readdirSync} from 'node:fs';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import test from 'ava';
import type {ExecutionContext} from 'ava';
import picomatch from 'picomatch';
import {i686Libraries} from '../helpers/run/i686-programs.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {builtDirectory} from '../helpers/worlds/built-kit.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const run = promisify(execFile);
const sources = fileURLToPath(new URL('../../../', import.meta.url));

interface LeftAlone {
	readonly reason: string;
	/** With `*` and `?`. */
	readonly names: readonly string[];
}

test('no C library exports a call with a path that nobody has decided about', async t => {
	if (!need(t, 'gcc', 'nm')) return;
	const bullseye = await needHost(t, 'bullseye');
	const trixie = await needHost(t, 'trixie');
	if (!bullseye || !trixie) return;
	const withText = await takingText(t);
	const open = async (architecture: string, libraries: readonly string[]): Promise<string[]> => {
		const exported = await Promise.all(libraries.map(exportedBy));
		const shim = await shimNames(architecture);
		return exported.flat().filter(name => !shim.has(name) && withText(name));
	};
	const undecided = new Set([
		...(await open('x86_64', [
			...['/', bullseye.root, trixie.root].flatMap(root =>
				glibcIn(join(root, 'usr/lib/x86_64-linux-gnu')),
			),
			...musls(),
		])),
		...(await open('i686', glibcIn(i686Libraries))),
	]);
	const rules = await leftAlone();
	const known = rules.map(name => ({name, matches: picomatch(name, {nobrace: true})}));
	t.deepEqual(
		[...undecided].filter(name => !known.some(({matches}) => matches(name))).sort(),
		[],
		'neither answered nor left alone',
	);
	t.deepEqual(
		known.filter(({matches}) => ![...undecided].some(name => matches(name))).map(({name}) => name),
		[],
		'left alone, though no library has it or the shim answers it',
	);
});

/** What glibc consists of: several libraries before 2.34. */
function glibcIn(directory: string): string[] {
	return readdirSync(directory)
		.filter(name => /^lib(?:c|dl|pthread|rt|util)(?:\.so\.\d|-2\.\d+\.so)$/u.test(name))
		.map(name => join(directory, name));
}

function musls(): string[] {
	return ['/lib/ld-musl-x86_64.so.1'].filter(place => existsSync(place));
}

async function exportedBy(object: string): Promise<string[]> {
	const {stdout} = await run('nm', ['-D', '--defined-only', object]);
	return stdout
		.split('\n')
		.map(
			line => /^[\da-f]+ [TWi] (?<name>\w+)(?:@(?!@?GLIBC_PRIVATE).*)?$/u.exec(line)?.groups?.name,
		)
		.filter(name => name !== undefined);
}

async function shimNames(architecture: string): Promise<Set<string>> {
	return new Set(await exportedBy(join(builtDirectory(architecture), 'path-shim.so')));
}

const headers =
	`aio aliases argp argz arpa/inet assert complex ctype dirent dlfcn err errno error execinfo
fcntl fenv fmtmsg fstab fts ftw getopt glob grp gshadow iconv ifaddrs inttypes langinfo libgen libintl link
locale malloc math mcheck mntent monetary mqueue net/if netdb netinet/ether netinet/in nl_types nss obstack poll
printf pthread pty pwd regex resolv sched search semaphore setjmp shadow signal spawn stdio stdio_ext stdlib
string sys/auxv sys/epoll sys/eventfd sys/fanotify sys/file sys/fsuid sys/inotify sys/io sys/ioctl sys/ipc
sys/klog sys/mman sys/mount sys/msg sys/personality sys/prctl sys/ptrace sys/quota sys/random sys/reboot
sys/resource sys/select sys/sem sys/sendfile sys/shm sys/signalfd sys/socket sys/stat sys/statfs sys/statvfs
sys/swap sys/syscall sys/sysinfo sys/sysmacros sys/time sys/timeb sys/timerfd sys/times sys/timex sys/uio
sys/utsname sys/vfs sys/wait sys/xattr syslog termios threads time ttyent uchar ucontext ulimit unistd utime utmp
utmpx wchar wctype wordexp`.split(/\s+/u);

/** Whether it could take a path: as the headers say, and where they say nothing it could. */
async function takingText(t: ExecutionContext): Promise<(name: string) => boolean> {
	const scratch = makeScratch(t);
	const source = join(scratch, 'all.c');
	const declarations = join(scratch, 'all.X');
	const includes = headers.map(name => `#include <${name}.h>\n`).join('');
	await writeFile(source, `#define _GNU_SOURCE\n${includes}`);
	await run('gcc', ['-fsyntax-only', '-aux-info', declarations, source]);
	const parameters = new Map<string, string>();
	for (const line of (await readFile(declarations, 'utf8')).split('\n')) {
		const match = /^\/\*.*?\*\/ extern .*?\b(?<name>\w+) \((?<words>.*)\);/u.exec(line);
		if (match?.groups) parameters.set(match.groups.name ?? '', match.groups.words ?? '');
	}

	t.true(parameters.has('open') && parameters.has('connect'));
	return name => /char \*|sockaddr|msghdr/u.test(parameters.get(name) ?? 'char *');
}

async function leftAlone(): Promise<string[]> {
	const place = join(sources, 'test/shim/data/left-alone.json');
	const groups = JSON.parse(await readFile(place, 'utf8')) as readonly LeftAlone[];
	return groups.flatMap(({names}) => names);
}
