import {chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {hostPath, sysrootPath, type HostPath} from '../../lib/paths/paths.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import type {Sysroot} from '../../lib/sysroot/sysroot.js';
import {buildObjects} from '../helpers/elf/build-objects.js';
import {asNobody} from '../helpers/run/as-nobody.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

/** Files with their text; `-> target` makes a link, a final slash a directory. */
function makeTree(t: ExecutionContext, files: Readonly<Record<string, string>>): HostPath {
	const root = makeScratch(t);
	for (const [name, content] of Object.entries(files)) {
		const path = join(root, name);
		mkdirSync(name.endsWith('/') ? path : dirname(path), {recursive: true});
		if (content.startsWith('-> ')) {
			symlinkSync(content.slice(3), path);
		} else if (!name.endsWith('/')) {
			writeFileSync(path, content);
		}
	}

	return root;
}

const real = (sysroot: Sysroot, path: string) => sysroot.realPath(sysrootPath(path));
const text = (sysroot: Sysroot, path: string) =>
	sysroot.read(sysrootPath(path), 100)?.toString('utf8');

test('an absolute link in a foreign root leads into that root', t => {
	const root = makeTree(t, {
		'etc/passwd': 'inside',
		'bin/shadow': '-> /etc/passwd',
		'bin/shells': '-> /etc/shells',
	});
	const sysroot = openSysroot(root);

	t.is(text(sysroot, '/bin/shadow'), 'inside');
	t.is(sysroot.hostPath(sysrootPath('/bin/shadow')), hostPath(`${root}/bin/shadow`));
	// The machine has /etc/shells, the root has not.
	t.is(real(sysroot, '/bin/shells'), undefined);
	t.deepEqual(sysroot.elf(sysrootPath('/bin/shells')), {status: 'absent'});
});

test('`..` in a link never climbs above the root', t => {
	const root = makeTree(t, {
		'etc/hostname': 'inside',
		'a/b/up': '-> ../../../../../../etc/hostname',
		'a/b/out': `-> ../../../../../../../../../../../../etc/os-release`,
	});
	const sysroot = openSysroot(root);

	t.is(text(sysroot, '/a/b/up'), 'inside');
	t.is(real(sysroot, '/a/b/out'), undefined);
});

test('`..` in a link is taken from where the link led, not from its spelling', t => {
	const sysroot = openSysroot(
		makeTree(t, {
			'real/deep/file': 'of deep',
			'real/file': 'of real',
			file: 'of the root',
			short: '-> real/deep',
			link: '-> short/../file',
		}),
	);

	t.is(real(sysroot, '/link'), sysrootPath('/real/file'));
	t.is(text(sysroot, '/link'), 'of real');
});

test('a directory link is followed, a final link is described', t => {
	const root = makeTree(t, {
		'usr/lib/libz.so.1.2': 'z',
		'usr/lib/libz.so.1': '-> libz.so.1.2',
		lib: '-> usr/lib',
	});
	const sysroot = openSysroot(root);

	t.is(real(sysroot, '/lib/libz.so.1'), sysrootPath('/usr/lib/libz.so.1.2'));
	t.is(sysroot.hostPath(sysrootPath('/lib/libz.so.1')), hostPath(`${root}/usr/lib/libz.so.1`));
	t.like(sysroot.status(sysrootPath('/lib/libz.so.1')), {kind: 'symlink'});
	t.like(sysroot.status(sysrootPath('/lib/libz.so.1.2')), {kind: 'file', size: 1, linkCount: 1});
	t.is(sysroot.linkTarget(sysrootPath('/lib/libz.so.1')), 'libz.so.1.2');
	t.is(sysroot.linkTarget(sysrootPath('/lib/libz.so.1.2')), undefined);
});

test('links that lead in a circle lead nowhere, and spoil nothing else', t => {
	const sysroot = openSysroot(
		makeTree(t, {
			one: '-> two',
			two: '-> one',
			self: '-> self/self',
			'dir/into': '-> ../one',
			'dir/plain': 'plain',
		}),
	);

	for (const path of ['/one', '/two', '/self', '/dir/into']) {
		t.is(real(sysroot, path), undefined, path);
		t.like(sysroot.elf(sysrootPath(path)), {status: 'unreadable', errno: 'ELOOP'}, path);
	}

	t.is(text(sysroot, '/dir/plain'), 'plain');
});

test('forty links are followed and forty-one are not, whichever end is asked first', t => {
	const files: Record<string, string> = {l0: 'end'};
	for (let index = 1; index <= 41; index++) {
		files[`l${index}`] = `-> l${index - 1}`;
	}

	const root = makeTree(t, files);
	const fromFar = openSysroot(root);
	t.is(real(fromFar, '/l41'), undefined);
	t.is(real(fromFar, '/l40'), sysrootPath('/l0'));

	const fromNear = openSysroot(root);
	t.is(real(fromNear, '/l1'), sysrootPath('/l0'));
	t.is(real(fromNear, '/l40'), sysrootPath('/l0'));
	t.is(real(fromNear, '/l41'), undefined);
});

test('a path through a file leads nowhere', t => {
	const sysroot = openSysroot(makeTree(t, {file: 'x', link: '-> file/', up: '-> file/../file'}));

	for (const path of ['/file/below', '/link', '/up']) {
		t.is(real(sysroot, path), undefined, path);
	}
});

test('a warm sysroot answers without reading: its files may be gone', async t => {
	const world = await buildObjects(t, {
		'lib/libz.so.1': {soname: 'libz.so.1'},
		'lib/libz.so': {symlink: 'libz.so.1'},
		'etc/conf': {text: 'text'},
	});
	const sysroot = openSysroot(world.directory);
	const ask = () => [
		sysroot.elf(sysrootPath('/lib/libz.so')),
		sysroot.elf(sysrootPath('/lib/libnot.so')),
		sysroot.list(sysrootPath('/lib')),
		sysroot.realPath(sysrootPath('/lib/libz.so')),
		sysroot.status(sysrootPath('/lib/libz.so')),
		sysroot.linkTarget(sysrootPath('/lib/libz.so')),
		sysroot.read(sysrootPath('/etc/conf'), 100)?.toString(),
	];

	const cold = ask();
	t.like(cold[0], {status: 'elf', object: {soname: 'libz.so.1'}});
	rmSync(world.directory, {recursive: true});
	t.deepEqual(ask(), cold);
});

test('after one look at a directory, a miss in it costs no system call', t => {
	const root = makeTree(t, {'lib/libz.so.1': 'z'});
	const sysroot = openSysroot(root);
	t.deepEqual(sysroot.elf(sysrootPath('/lib/libx.so')), {status: 'absent'});

	// Only a remembered listing can still say that it is not there.
	writeFileSync(join(root, 'lib/liby.so'), 'y');
	t.deepEqual(sysroot.elf(sysrootPath('/lib/liby.so')), {status: 'absent'});
});

test('two names of one file are one object', async t => {
	const world = await buildObjects(t, {
		'lib/libz.so.1': {},
		'lib/libz.so': {symlink: '/lib/libz.so.1'},
	});
	const sysroot = openSysroot(world.directory);
	const byLink = sysroot.elf(sysrootPath('/lib/libz.so'));
	const byName = sysroot.elf(sysrootPath('/lib/libz.so.1'));

	t.true(byLink.status === 'elf' && byName.status === 'elf' && byLink.object === byName.object);
});

test('what is not ELF is told from what is not there', t => {
	const root = makeTree(t, {
		script: '#!/bin/sh\necho long enough',
		short: 'x',
		'directory/': '',
		broken: '\x7fELF\x02\x01\x01 and then nothing that makes sense at all, for long enough',
	});
	const sysroot = openSysroot(root);

	for (const name of ['script', 'short', 'directory', 'broken']) {
		t.like(sysroot.elf(sysrootPath(`/${name}`)), {status: 'not-elf'}, name);
	}
});

test('names are listed sorted by their bytes', t => {
	const sysroot = openSysroot(
		makeTree(t, {b: '', B: '', 'a/': '', é: '', '\u{1f600}': '', '\uffee': ''}),
	);

	t.deepEqual(sysroot.list(sysrootPath('/')), ['B', 'a', 'b', 'é', '\uffee', '\u{1f600}']);
	t.is(sysroot.list(sysrootPath('/b')), undefined);
	t.is(sysroot.list(sysrootPath('/none')), undefined);
});

test('a listing with a name that is not UTF-8 is refused', t => {
	const root = makeTree(t, {plain: ''});
	writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0x61])]), '');
	const sysroot = openSysroot(root);

	t.throws(() => sysroot.list(sysrootPath('/')), {code: 'NAME_NOT_UTF8'});
	t.is(text(sysroot, '/plain'), '');
	t.deepEqual(
		sysroot.list(sysrootPath('/'), path => path === '/\ufffda'),
		['plain'],
	);
	t.throws(() => sysroot.list(sysrootPath('/'), path => path === '/plain'), {
		code: 'NAME_NOT_UTF8',
	});
});

test('a name with U+FFFD is one, and hides no name that is not UTF-8', t => {
	const root = makeTree(t, {'\ufffd': ''});
	t.deepEqual(openSysroot(root).list(sysrootPath('/')), ['\ufffd']);

	writeFileSync(Buffer.concat([Buffer.from(`${root}/a`), Buffer.from([0xff])]), '');
	t.throws(() => openSysroot(root).list(sysrootPath('/')), {
		code: 'NAME_NOT_UTF8',
		message: /: a/u,
	});
});

test('a link whose text is not UTF-8 is refused, never followed to another name', t => {
	const root = makeTree(t, {});
	symlinkSync(Buffer.from([0xff, 0x61]), join(root, 'link'));
	const sysroot = openSysroot(root);

	const refusal = {code: 'NAME_NOT_UTF8', message: /the link \S+\/link leads/u};
	t.throws(() => sysroot.linkTarget(sysrootPath('/link')), refusal);
	t.throws(() => sysroot.realPath(sysrootPath('/link')), refusal);
});

test('a file is read up to the limit', t => {
	const sysroot = openSysroot(makeTree(t, {file: 'abcdef', link: '-> file', 'dir/': ''}));

	t.is(sysroot.read(sysrootPath('/link'), 3)?.toString(), 'abc');
	t.is(sysroot.read(sysrootPath('/file'), 100)?.toString(), 'abcdef');
	t.is(sysroot.read(sysrootPath('/dir'), 100), undefined);
	t.is(sysroot.read(sysrootPath('/none'), 100), undefined);
});

test('in a directory that may be entered but not listed, names are asked one by one', t => {
	const root = makeTree(t, {'dark/known': 'x', 'dark/link': '-> known'});
	chmodSync(root, 0o711);
	chmodSync(join(root, 'dark'), 0o711);

	asNobody(() => {
		const sysroot = openSysroot(root);
		t.is(sysroot.list(sysrootPath('/dark')), undefined);
		t.is(text(sysroot, '/dark/link'), 'x');
		t.is(real(sysroot, '/dark/unknown'), undefined);
	});
});

test('a file that may not be read is unreadable, and one behind a locked directory is absent', t => {
	const root = makeTree(t, {secret: 'x', 'locked/file': 'x'});
	chmodSync(root, 0o755);
	chmodSync(join(root, 'secret'), 0o000);
	chmodSync(join(root, 'locked'), 0o000);

	asNobody(() => {
		const sysroot = openSysroot(root);
		t.like(sysroot.elf(sysrootPath('/secret')), {status: 'unreadable', errno: 'EACCES'});
		t.is(text(sysroot, '/secret'), undefined);
		t.deepEqual(sysroot.elf(sysrootPath('/locked/file')), {status: 'absent'});
	});
	chmodSync(join(root, 'locked'), 0o755);
});

test('the root of this machine keeps every path as it is', t => {
	const sysroot = openSysroot(hostPath('/'));

	t.is(sysroot.hostPath(sysrootPath('/usr/bin/env')), hostPath('/usr/bin/env'));
	t.is(sysroot.hostPath(sysrootPath('/')), hostPath('/'));
	t.like(sysroot.status(sysrootPath('/')), {kind: 'directory'});
	t.like(sysroot.elf(sysrootPath('/usr/bin/env')), {status: 'elf', object: {path: '/usr/bin/env'}});
});

test('a root that is no directory is refused', t => {
	const root = makeTree(t, {file: ''});

	t.throws(() => openSysroot(hostPath(`${root}/file`)), {code: 'TARGET_NOT_FOUND'});
	t.throws(() => openSysroot(hostPath(`${root}/none`)), {code: 'TARGET_NOT_FOUND'});
});
