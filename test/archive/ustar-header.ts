/** Headers of ordinary files are those that tar-stream makes, byte for byte, or none. */
import {once} from 'node:events';
import test from 'ava';
import {pack} from 'tar-stream';
import {makeTarHeader} from '../../lib/archive/tar-header.js';
import {makeUstarHeaders} from '../../lib/archive/ustar-header.js';

/** The first block that tar-stream makes; `undefined` where that announces the file's own, in pax's format. */
async function byTarStream(header: ReturnType<typeof makeTarHeader>): Promise<Buffer | undefined> {
	const tar = pack();
	const block = once(tar, 'data') as Promise<[Buffer]>;
	tar.entry({...header}).on('error', () => undefined);
	const [first] = await block;
	tar.destroy();
	return first[156] === 'x'.charCodeAt(0) ? undefined : first;
}

const fileHeader = (path: string, {mode = 0o644, mtime = 0, size = 3} = {}) =>
	makeTarHeader(
		{kind: 'file', path, mode, content: {kind: 'bytes', bytes: Buffer.alloc(0)}},
		{mtime, size},
	);

test('paths of every length, cut at any name, are told as tar-stream tells them', async t => {
	const headerOf = makeUstarHeaders();
	let told = 0;
	for (let length = 1; length <= 300; length++) {
		for (const step of [7, 50, 99, 100, 101, 150, 154, 155, 156]) {
			const path = Array.from({length}, (_, index) =>
				index % step === step - 1 && index !== length - 1 ? '/' : 'n',
			).join('');
			const header = fileHeader(path);
			const own = headerOf(header);
			told += own === undefined ? 0 : 1;
			t.deepEqual(own, await byTarStream(header), path);
		}
	}

	t.true(told > 1000);
});

test('modes, sizes and times are told as tar-stream tells them', async t => {
	const headerOf = makeUstarHeaders();
	for (const mode of [1, 0o444, 0o755, 0o777]) {
		for (const size of [0, 1, 511, 512, 65_536, 8 ** 11 - 1]) {
			for (const mtime of [0, 1, 86_400, 2 ** 31 - 1]) {
				const header = fileHeader('tree/file', {mode, mtime, size});
				t.deepEqual(headerOf(header), await byTarStream(header));
			}
		}
	}
});

test('what has no room is left to tar-stream', t => {
	const headerOf = makeUstarHeaders();
	t.is(headerOf(fileHeader('tree/grün')), undefined);
	t.is(headerOf(fileHeader('tree/file', {size: 8 ** 11})), undefined);
	t.is(headerOf(fileHeader('tree/file', {mtime: 2 ** 31})), undefined);
	t.is(headerOf(fileHeader(`tree/${'n'.repeat(101)}`)), undefined);
});
