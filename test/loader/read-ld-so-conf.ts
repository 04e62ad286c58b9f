import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
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
