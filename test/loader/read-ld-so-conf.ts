import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {nameGlob} from '../../lib/loader/name-glob.js';
import {readLdSoConf} from '../../lib/loader/read-ld-so-conf.js';
import {sysrootPath} from '../../lib/paths/paths.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

function directoriesOf(
	t: ExecutionContext,
	files: Readonly<Record<string, string>>,
): readonly string[] {
	const root = makeScratch(t);
	for (const [name, text] of Object.entries(files)) {
		const path = join(root, name);
		mkdirSync(dirname(path), {recursive: true});
		if (text.startsWith('-> ')) {
			symlinkSync(text.slice(3), path);
		} else {
			writeFileSync(path, text);
		}
	}

	return readLdSoConf(openSysroot(root), sysrootPath('/etc/ld.so.conf'));
}

test('one directory a line, comments and blanks aside, each once', t => {
	t.deepEqual(
		directoriesOf(t, {
			'etc/ld.so.conf': '# first\n/a\n\n  /b/  # and this\nrelative\n/a\nhwcap 0 x\n/c=libc5\n',
		}),
		['/a', '/b', '/c'],
	);
});

test('includes are patterns, sorted, and stand where they are included', t => {
	t.deepEqual(
		directoriesOf(t, {
			'etc/ld.so.conf': '/first\ninclude ld.so.conf.d/*.conf /etc/more/[0-9]?\n/last',
			'etc/ld.so.conf.d/b.conf': '/b',
			'etc/ld.so.conf.d/a.conf': '/a',
			'etc/ld.so.conf.d/.hidden.conf': '/hidden',
			'etc/ld.so.conf.d/a.conf.bak': '/backup',
			'etc/more/1x': '/more',
			'etc/more/xx': '/never',
		}),
		['/first', '/a', '/b', '/more', '/last'],
	);
});

test('an include counts from the directory of its own file, also behind absolute links', t => {
	t.deepEqual(
		directoriesOf(t, {
			'etc/ld.so.conf': 'include sub/one.conf\n',
			'etc/sub': '-> /opt/conf',
			'opt/conf/one.conf': 'include two.conf\n/one\n',
			'opt/conf/two.conf': '/two',
		}),
		['/two', '/one'],
	);
});

test('a file that includes itself is read once', t => {
	t.deepEqual(directoriesOf(t, {'etc/ld.so.conf': '/a\ninclude /etc/*.conf\n/b'}), ['/a', '/b']);
});

test('without a configuration there are no directories', t => {
	t.deepEqual(directoriesOf(t, {'etc/other': ''}), []);
});

test('a shell pattern matches the names that glob(3) says', t => {
	const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
		['*', ['a', 'a b', '*'], ['.a']],
		['a*b*c', ['abc', 'abbc', 'a-b-c', 'abcbc'], ['ab', 'acb', 'abcd']],
		['.*', ['.a', '.'], ['a']],
		['?.conf', ['a.conf', 'é.conf'], ['.conf', 'ab.conf', '..conf']],
		['[a-c]x', ['ax', 'cx'], ['dx', '-x']],
		['[!a-c]x', ['dx', '-x'], ['ax', '.x']],
		['[]x]', [']', 'x'], ['[', '[]']],
		['[a', ['[a'], ['a']],
		['\\*\\[', ['*['], ['a[', '\\*[']],
		['a**b', ['ab', 'axb'], ['a']],
		['(a|b)+{c,d}@(e)', ['(a|b)+{c,d}@(e)'], ['a', 'ac']],
	];
	for (const [pattern, matching, others] of cases) {
		t.deepEqual([...matching, ...others].filter(nameGlob(pattern)), [...matching], pattern);
	}
});

test('a pattern is matched in the time that its length allows, and a long one by nothing', t => {
	const name = 'a'.repeat(255);
	t.false(nameGlob(`${'*a'.repeat(200)}*b`)(name));
	t.true(nameGlob(`${'*a'.repeat(255)}*`)(name));
	for (const long of ['*a', '[', '[a', '?', '\\', '*']) {
		t.is(nameGlob(long.repeat(100_000))(name), long === '*', long);
	}
});

test('lines of any length and includes of any number are borne, or refused by a typed error', t => {
	const names = Array.from({length: 1000}, (_, number) => `a${'a'.repeat(200)}${number}`);
	const files = Object.fromEntries(names.map(name => [`etc/${name}`, '/never\n']));
	const hostile = `include /etc/${'*a'.repeat(30)}*b`;
	t.deepEqual(directoriesOf(t, {...files, 'etc/ld.so.conf': `${hostile}\n/last\n`}), ['/last']);
	const long = ['include /etc/', 'include ', '/', 'include /'].map(
		start => `${start}${'x/*'.repeat(40_000)}`,
	);
	t.is(directoriesOf(t, {'etc/ld.so.conf': `${long.join('\n')}\n/last\0x\n`}).at(-1), '/last');
	const many = `${hostile} `.repeat(20_000).replaceAll('include ', '');
	t.throws(() => directoriesOf(t, {...files, 'etc/ld.so.conf': `include ${many}`}), {
		code: 'LD_SO_CACHE_INVALID',
		message: /more patterns than can be followed/u,
	});
	const chain = Object.fromEntries(
		Array.from({length: 999}, (_, number) => [
			`etc/${number}`,
			`include ${number + 1}\n/d${number}`,
		]),
	);
	t.is(directoriesOf(t, {...chain, 'etc/ld.so.conf': 'include 0'}).length, 999);
});
