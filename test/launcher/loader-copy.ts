import {existsSync} from 'node:fs';
import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {editLoader} from '../../lib/launcher/loader-copy.js';
import {needHost} from '../helpers/run/host-need.js';
import {missingHere} from '../helpers/run/need.js';

const triplet = 'x86_64-linux-gnu';

for (const suite of ['bullseye', 'trixie'] as const) {
	test(`the loader of ${suite} is blinded wholly, in place`, async t => {
		const host = await needHost(t, suite);
		if (!host) return;
		const directory = join(host.root, 'lib', triplet);
		const name = (await readdir(directory)).find(entry => /^ld-(2|linux)/u.test(entry))!;
		const original = await readFile(join(directory, name));
		expectBlind(t, original, [`/lib/${triplet}/`, `/usr/lib/${triplet}/`, '/lib/', '/usr/lib/']);
	});
}

for (const [path, names] of [
	[
		'/lib64/ld-linux-x86-64.so.2',
		[`/lib/${triplet}/`, `/usr/lib/${triplet}/`, '/lib/', '/usr/lib/'],
	],
	[
		'/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1',
		['/lib/aarch64-linux-gnu/', '/usr/lib/aarch64-linux-gnu/', '/lib/', '/usr/lib/'],
	],
	[
		'/usr/i686-linux-gnu/lib/ld-linux.so.2',
		['/lib/i386-linux-gnu/', '/usr/lib/i386-linux-gnu/', '/lib/', '/usr/lib/'],
	],
] as const) {
	test(`${path} is blinded wholly, in place`, async t => {
		if (!existsSync(path)) {
			missingHere(t, `needs ${path}`);
			return;
		}

		expectBlind(t, await readFile(path), names);
	});
}

function expectBlind(
	t: {
		is: (a: unknown, b: unknown) => boolean;
		true: (a: boolean) => boolean;
		deepEqual: (a: unknown, b: unknown) => boolean;
	},
	original: Buffer,
	directories: readonly string[],
): void {
	const {bytes, edits, complete} = editLoader(original);
	t.true(complete);
	t.is(bytes.length, original.length);
	const found = edits.filter(({what}) => what === 'directory').map(({before}) => before);
	t.deepEqual([...new Set(found)].sort(), [...directories].sort());
	for (const name of [...directories, '/etc/ld.so.cache', '/etc/ld.so.preload']) {
		t.is(bytes.indexOf(`\0${name}\0`), -1);
	}

	const restored = Buffer.from(bytes);
	for (const {offset, before, after} of edits) {
		t.is(after.length, before.length);
		restored.write(before, offset, 'latin1');
	}

	t.true(restored.equals(original));
	t.deepEqual(editLoader(original), editLoader(original));
}

/** A file with the strings of a loader, between bytes that are none. */
function loaderWith(...strings: readonly string[]): Buffer {
	return Buffer.from(`\u0007\0LD_LIBRARY_PATH\0${strings.join('\0')}\0tail\0`, 'latin1');
}

test('Fedora’s and SUSE’s directories are found, and Arch’s single one', t => {
	const files = ['/etc/ld.so.cache', '/etc/ld.so.preload'];
	for (const directories of [['/lib64/', '/usr/lib64/'], ['/usr/lib/'], ['/lib/', '/usr/lib/']]) {
		const {edits, complete} = editLoader(loaderWith(...directories, ...files));
		t.true(complete);
		t.deepEqual(
			edits.filter(({what}) => what === 'directory').map(({before}) => before),
			directories,
		);
	}
});

test('the value of $LIB, help texts and the loader’s own name stay', t => {
	const kept = ['lib/x86_64-linux-gnu', 'see /etc/ld.so.cache\n', '/lib64/ld-linux-x86-64.so.2'];
	const {bytes} = editLoader(
		loaderWith(...kept, '/lib64/', '/usr/lib64/', '/etc/ld.so.cache', '/etc/ld.so.preload'),
	);
	for (const text of kept) {
		t.true(bytes.includes(`\0${text}\0`), text);
	}
});

test('a replacement is absolute, keeps its final slash and lies below a device where it fits', t => {
	const {edits} = editLoader(
		loaderWith('/lib/x86_64-linux-gnu/', '/lib/', '/etc/ld.so.cache', '/etc/ld.so.preload'),
	);
	t.deepEqual(
		edits.map(({after}) => after),
		['/dev/null/xxxxxxxxxxx/', '/\u0001\u0001\u0001/', '/dev/null/xxxxxx', '/dev/null/xxxxxxxx'],
	);
});

test('musl’s search list and its file below the loader’s prefix are blinded', t => {
	const list = '/lib:/usr/local/lib:/usr/lib';
	const {bytes, complete} = editLoader(
		Buffer.from(`\0${list}\0%.*s/etc/ld-musl-x86_64.path\0`, 'latin1'),
	);
	t.true(complete);
	t.is(
		bytes.toString('latin1'),
		`\0/dev/null/${'x'.repeat(list.length - 10)}\0%.*s/dev/null/${'x'.repeat(14)}\0`,
	);
});

test('what is missing makes the edit incomplete, and what is no loader is left alone', t => {
	t.false(editLoader(loaderWith('/lib64/', '/usr/lib64/', '/etc/ld.so.cache')).complete);
	const text = Buffer.from('\0/lib/\0/usr/lib/\0');
	const {bytes, edits, complete} = editLoader(text);
	t.deepEqual({bytes, edits, complete}, {bytes: text, edits: [], complete: false});
});
