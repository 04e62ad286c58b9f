/** Lines of strace, as it writes them with -f -y -xx, back to what was used. */
import test from 'ava';
import {makeStraceReader} from '../../lib/trace/parse-strace.js';

const hex = (text: string): string =>
	[...Buffer.from(text)].map(byte => `\\x${byte.toString(16).padStart(2, '0')}`).join('');

function read(...lines: readonly string[]) {
	const reader = makeStraceReader('/start');
	return lines.map(line => reader(line)).filter(call => call !== undefined);
}

test('a name counts from the directory of its call, of its process, or of the start', t => {
	const calls = read(
		`10  open("${hex('a')}", O_RDONLY) = 3<${hex('/start/a')}>`,
		`10  openat(AT_FDCWD<${hex('/x y')}>, "${hex('b')}", O_RDONLY|O_CLOEXEC) = 3<${hex('/x y/b')}>`,
		`10  openat(5<${hex('/five')}>, "${hex('c')}", O_RDWR) = 3<${hex('/five/c')}>`,
		`10  stat("${hex('d')}", {st_mode=S_IFREG|0644, ...}) = 0`,
		`10  chdir("${hex('sub')}")       = 0`,
		`10  access("${hex('e')}", R_OK) = 0`,
		`10  clone(child_stack=NULL, flags=SIGCHLD) = 11`,
		`11  fchdir(3<${hex('/else')}>)   = 0`,
		`11  stat("${hex('f')}", {}) = 0`,
		`10  stat("${hex('g')}", {}) = 0`,
	);
	t.deepEqual(
		calls.map(({path}) => path),
		['/start/a', '/x y/b', '/five/c', '/x y/d', '/x y/sub/e', '/else/f', '/x y/sub/g'],
	);
});

test('a file is started, read, or only looked at; one that is written is nothing', t => {
	const at = `AT_FDCWD<${hex('/')}>`;
	const calls = read(
		`1  execve("${hex('/bin/a')}", ["${hex('a')}"], 0x7ffc /* 3 vars */) = 0`,
		`1  openat(${at}, "${hex('/b')}", O_RDONLY) = 3`,
		`1  newfstatat(${at}, "${hex('/c')}", {st_size=1, ...}, 0) = 0`,
		`1  openat(${at}, "${hex('/d')}", O_WRONLY|O_APPEND) = 3`,
		`1  openat(${at}, "${hex('/e')}", O_RDWR|O_CREAT, 0666) = 3`,
		`1  openat(${at}, "${hex('/f')}", O_RDONLY|O_DIRECTORY) = 3`,
		`1  newfstatat(3<${hex('/g')}>, "", {st_size=1, ...}, AT_EMPTY_PATH) = 0`,
	);
	t.deepEqual(calls, [
		{kind: 'started', path: '/bin/a'},
		{kind: 'read', path: '/b'},
		{kind: 'looked-at', path: '/c'},
	]);
});

test('a name may hold anything, or be cut, or be no text', t => {
	const odd = '/a "b" <c> = 3, O_WRONLY\n(d)';
	t.deepEqual(read(`1  open("${hex(odd)}", O_RDONLY) = 3`), [{kind: 'read', path: odd}]);
	t.deepEqual(read(`1  open("${hex('/cut')}"..., O_RDONLY) = 3`), []);
	t.deepEqual(read(String.raw`1  open("\x2f\xff", O_RDONLY) = 3`), []);
	t.deepEqual(read('', '1  +++ exited with 0 +++', '1  --- SIGCHLD {} ---', 'open("'), []);
});
