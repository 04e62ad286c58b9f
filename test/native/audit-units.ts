/** The audit stub's pure units without the stub, in ordinary programs; the judge with nothing but the ground floor. */
import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {encodeAuditRules} from '../../lib/audit/encode-audit-rules.js';
import {bundlePath} from '../../lib/paths/paths.js';
import {need} from '../helpers/run/need.js';
import {projectRoot} from '../helpers/worlds/audit-world.js';
import {compileSanitized, wrappers} from '../helpers/worlds/hosted-c.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const execute = promisify(execFile);
const top = '/opt/tool';
const rules = encodeAuditRules({
	mode: 'enforce',
	libraryPath: [bundlePath('lib')],
	hostProvided: ['libGL.so*', '/usr/lib/dri/**'],
	allowed: ['/opt/site/*.so'],
});

/** Ask it about files, each by the name it was opened by and that name with its links resolved. */
async function ask(
	rulesFile: string,
	questions: readonly string[],
): Promise<{stdout: string; status: number}> {
	const sources = ['test/native/programs/judge-alone.c', 'audit-stub/judge.c'];
	const program = await compileSanitized(sources, [`-I${projectRoot}`]);
	const asking = execute(program, [top, rulesFile]);
	asking.child.stdin?.end(questions.map(question => `${question}\n`).join(''));
	const answer = await asking.catch((error: unknown) => error as {stdout: string});
	return {stdout: answer.stdout, status: asking.child.exitCode ?? -1};
}

test('the judge tells what is let in, what is kept out, and by which rule', async t => {
	if (!need(t, 'gcc')) return;
	const answer = await ask(rules.toString(), [
		'/opt/tool/lib/libz.so.1 /opt/tool/lib/libz.so.1.3',
		'/opt/toolbox/libz.so.1 /opt/toolbox/libz.so.1',
		'/usr/lib/libGL.so.1 /usr/lib/nvidia/libGL.so.1.7',
		'/usr/lib/x86/dri.so /usr/lib/dri/a/b.so',
		'/opt/site/own.so /home/user/own.so',
		'/opt/site/deep/own.so /opt/site/deep/own.so',
		'/lib/libz.so.1 /usr/lib/libz.so.1',
	]);
	t.deepEqual(answer.stdout.split('\n').slice(0, -1), [
		'bundle',
		'outside',
		'host-provided by libGL.so*',
		'host-provided by /usr/lib/dri/**',
		'allowed by /opt/site/*.so',
		'outside',
		'outside',
	]);
	t.is(answer.status, 0);
});

test('the judge says what is wrong with rules', async t => {
	if (!need(t, 'gcc')) return;
	const answer = await ask('dynpk-audit 2\n', []);
	t.deepEqual(answer, {stdout: 'unknown version\n', status: 1});
});

test('of the rest of the program the judge wants strings only, and it keeps no state', async t => {
	if (!need(t, 'gcc', 'nm')) return;
	const object = join(makeScratch(t), 'judge.o');
	const flags = ['-std=c11', '-Os', '-fPIC', '-ffreestanding', '-fno-stack-protector'];
	const source = join(projectRoot, 'audit-stub/judge.c');
	await execute('gcc', [...flags, `-I${wrappers}`, '-c', '-o', object, source]);
	const {stdout} = await execute('nm', ['--format=posix', object]);
	const symbols = stdout
		.trim()
		.split('\n')
		.map(line => line.split(' '));
	const named = (kinds: string) =>
		symbols.filter(([, kind = '']) => kinds.includes(kind)).map(([name = '']) => name);
	t.deepEqual(
		named('U').filter(name => !name.startsWith('text_') && name !== '_GLOBAL_OFFSET_TABLE_'),
		[],
	);
	// `d` of the words for modes alone, which hold addresses; nothing is written.
	t.deepEqual([named('BbCD'), named('T').includes('judge_path')], [[], true]);
});

test('deciding and composing hold by example and for arbitrary bytes, under the sanitizers', async t => {
	if (!need(t, 'gcc')) return;
	const units = ['judge.c', 'resolve.c', 'bounded-text.c', 'mapped.c'];
	const program = await compileSanitized(
		['test/native/programs/judge-check.c', ...units.map(name => `audit-stub/${name}`)],
		[`-I${join(projectRoot, 'audit-stub')}`],
	);
	const {stdout} = await execute(program, ['20000']);
	t.is(stdout, '0 failures\n');
});

test('a shell command names the programs that it starts, and what the shell does itself is none', async t => {
	if (!need(t, 'gcc')) return;
	const sources = ['test/native/programs/command-names.c', 'wrappers/shim/command-words.c'];
	const program = await compileSanitized(sources, [`-I${projectRoot}`]);
	const commands: Readonly<Record<string, readonly string[]>> = {
		'rsvg-convert -o "$1" x 2>&1 >/dev/null': ['rsvg-convert'],
		"A=1 B='2 3' first x | second; third && fourth & fifth": [
			...['first', 'second', 'third', 'fourth', 'fifth'],
		],
		'if test -f x; then exec one; else cd y; "t"wo\\ 2; fi': ['one', 'two 2'],
		'$EDITOR x; `which y` z; ~/own; /opt/tool/run': ['/opt/tool/run'],
		'(sub | while read x; do loop; done) # not this': ['sub', 'loop'],
		'cat <<EOF\nnot this\nEOF': ['cat'],
		'echo a\nls\n': ['ls'],
		"<in sort -u 'a;b'": ['sort'],
		"'": [],
		'&>log a; 2>/dev/null b': ['a', 'b'],
	};
	for (const [command, names] of Object.entries(commands)) {
		const {stdout} = await execute(program, [command]);
		t.deepEqual(stdout.split('\n').slice(0, -1), names, command);
	}
});
