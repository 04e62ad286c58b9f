/** `inspect DIRECTORY --runs-on`: what all ELF files in it need together. */
import {copyFileSync, mkdirSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs';
import test from 'ava';
import {need} from '../../helpers/run/need.js';
import {runCommand} from '../../helpers/run/command.js';
import {runDynpk} from '../../helpers/run/run-dynpk.js';
import {makeScratchPlace} from '../../helpers/worlds/scratch-place.js';

test('a directory needs what the neediest of its files does, links not followed', async t => {
	if (!need(t, 'gcc')) return;
	const place = makeScratchPlace(t);
	mkdirSync(place.path('d/lib'), {recursive: true});
	const asking = (node: string): string =>
		`__asm__(".symver memcpy, memcpy@${node}"); void *memcpy(void *, const void *, unsigned long);
		void *f(void *a, void *b, unsigned long n) { return memcpy(a, b, n); }`;
	for (const [name, node] of [
		['d/lib/old.so', 'GLIBC_2.2.5'],
		['d/lib/new.so', 'GLIBC_2.14'],
	] as const) {
		writeFileSync(place.path('a.c'), asking(node));
		const words = ['-shared', '-fPIC', '-fno-builtin', '-o', place.path(name), place.path('a.c')];
		const {status, stderr} = await runCommand('gcc', words);
		t.is(status, 0, stderr);
	}

	writeFileSync(place.path('d/text'), 'no ELF file');
	symlinkSync('/usr/bin', place.path('d/bin'));
	const ask = async () => runDynpk(['inspect', 'd', '--runs-on', '--json'], {cwd: place.directory});
	const whole = await ask();
	t.deepEqual([whole.status, whole.stderr], [0, '']);
	const told = JSON.parse(whole.stdout) as {
		readonly subject: string;
		readonly nodes: readonly {readonly name: string; readonly by: string}[];
	};
	t.is(told.subject, `what lies below ${place.path('d')}`);
	t.deepEqual(told.nodes, [{name: 'GLIBC_2.14', by: place.path('d/lib/new.so')}]);
	copyFileSync(place.path('d/lib/new.so'), place.path('d/lib/cut.so'));
	truncateSync(place.path('d/lib/cut.so'), 100);
	const {stdout} = await ask();
	t.regex(stdout, /"subject":"what lies below [^"]*\/d, without 1 of other machines or damaged,"/u);
});

test('GLIBC_PRIVATE is one thing that a release lacks, however many ask for it', async t => {
	const place = makeScratchPlace(t);
	mkdirSync(place.path('d'));
	for (const name of ['libm.so.6', 'libresolv.so.2', 'libutil.so.1']) {
		copyFileSync(`/lib/x86_64-linux-gnu/${name}`, place.path(`d/${name}`));
	}

	const words = ['inspect', 'd', '--runs-on', 'debian-12'];
	const {status, stdout} = await runDynpk(words, {cwd: place.directory});
	t.is(status, 1);
	t.is(stdout.match(/GLIBC_PRIVATE/gu)?.length, 1, stdout);
});

test('a directory without ELF files is refused', async t => {
	const place = makeScratchPlace(t);
	mkdirSync(place.path('d'));
	const {status, stderr} = await runDynpk(['inspect', 'd', '--runs-on'], {cwd: place.directory});
	t.is(status, 2);
	t.regex(stderr, /^dynpk: \/.*\/d holds no ELF file\nhint: /u);
});
