/** Caches written by hand, for what no ldconfig of this machine writes, and for the hostile ones. */
import test from 'ava';
import fc from 'fast-check';
import {cacheKey, parseLdSoCache, type LdSoCache} from '../../lib/loader/parse-ld-so-cache.js';
import {writeCombinedCache, writeNewCache, writeOldCache} from '../helpers/elf/cache-writer.js';

const plain = [
	{name: 'libz.so.1', path: '/lib/libz.so.1', flags: 0x303},
	{name: 'liba.so.2', path: '/lib/liba.so.2', flags: 0x303},
] as const;

function parsed(bytes: Buffer, byteOrder: 'little' | 'big' = 'little'): LdSoCache {
	const answer = parseLdSoCache(bytes, byteOrder);
	if (answer.status === 'invalid') {
		throw new Error(answer.reason);
	}

	return answer.cache;
}

const pathsOf = (cache: LdSoCache, name: string) =>
	(cache.entries.get(cacheKey(name)) ?? []).map(({path}) => path);

for (const byteOrder of ['little', 'big'] as const) {
	test(`all layouts are read in ${byteOrder}-endian order`, t => {
		const old = parsed(writeOldCache(plain, byteOrder), byteOrder);
		t.is(old.layout, 'old');
		t.deepEqual(pathsOf(old, 'liba.so.2'), ['/lib/liba.so.2']);

		const combined = parsed(writeCombinedCache(plain, byteOrder), byteOrder);
		t.is(combined.layout, 'combined');
		t.deepEqual(pathsOf(combined, 'libz.so.1'), ['/lib/libz.so.1']);

		const recent = parsed(writeNewCache(plain, {byteOrder}), byteOrder);
		t.is(recent.layout, 'new');
		t.deepEqual(pathsOf(recent, 'libz.so.1'), ['/lib/libz.so.1']);
	});
}

test('in a combined cache only the newer table counts', t => {
	const bytes = writeCombinedCache(plain, 'little', [
		{name: 'libold.so', path: '/lib/libold.so', flags: 3},
	]);

	t.deepEqual(pathsOf(parsed(bytes), 'libold.so'), []);
	t.deepEqual(pathsOf(parsed(bytes), 'libz.so.1'), ['/lib/libz.so.1']);
});

test('the extension names the glibc-hwcaps levels and the generator', t => {
	const bytes = writeNewCache(
		[{...plain[0], path: '/lib/glibc-hwcaps/x86-64-v3/libz.so.1', level: 'x86-64-v3'}, ...plain],
		{generator: 'ldconfig (GNU libc) 2.36'},
	);
	const cache = parsed(bytes);

	t.is(cache.generator, 'ldconfig (GNU libc) 2.36');
	t.deepEqual(
		cache.entries.get('libz.so.1')?.map(({level}) => level),
		['x86-64-v3', undefined],
	);
});

test('a cache for the other byte order is invalid', t => {
	const bytes = writeNewCache(plain, {byteOrder: 'big'});

	t.like(parseLdSoCache(bytes, 'little'), {status: 'invalid'});
});

test('a cache that does not say its byte order is read', t => {
	const bytes = writeNewCache(plain, {});
	bytes.writeUInt8(0, 28);

	t.deepEqual(pathsOf(parsed(bytes), 'libz.so.1'), ['/lib/libz.so.1']);
});

test('what is no cache, or is cut short, is invalid', t => {
	for (const bytes of [
		Buffer.alloc(0),
		Buffer.from('ld.so-1.7.0'),
		Buffer.from('glibc-ld.so.cache1.1'),
		Buffer.from('glibc-ld.so.cache2.0'.padEnd(200, '\0')),
		Buffer.alloc(1000),
		writeNewCache(plain, {}).subarray(0, 60),
		writeOldCache(plain, 'little').subarray(0, 30),
	]) {
		t.like(parseLdSoCache(bytes, 'little'), {status: 'invalid'});
	}
});

test('a number of entries beyond the file is invalid', t => {
	for (const count of [3000, 0xffff_ffff]) {
		const recent = writeNewCache(plain, {});
		recent.writeUInt32LE(count, 20);
		t.like(parseLdSoCache(recent, 'little'), {status: 'invalid'});
		const old = writeOldCache(plain, 'little');
		old.writeUInt32LE(count, 12);
		t.like(parseLdSoCache(old, 'little'), {status: 'invalid'});
	}
});

test('an entry whose strings lie outside the file is left out', t => {
	const bytes = writeNewCache(plain, {});
	bytes.writeUInt32LE(0xffff_ff00, 48 + 8);

	t.deepEqual(pathsOf(parsed(bytes), 'libz.so.1'), []);
	t.deepEqual(pathsOf(parsed(bytes), 'liba.so.2'), ['/lib/liba.so.2']);
});

test('a cache whose entries share one long text is invalid, before that fills memory', t => {
	const long = {name: 'libz.so.1', path: `/${'x'.repeat(4000)}`, flags: 0x303};
	const bytes = writeNewCache([long, ...Array.from({length: 200}, () => plain[0])], {});
	const [key, value] = [bytes.readUInt32LE(48 + 4), bytes.readUInt32LE(48 + 8)];
	for (let at = 48; at < 48 + 201 * 24; at += 24) {
		bytes.writeUInt32LE(key, at + 4);
		bytes.writeUInt32LE(value, at + 8);
	}

	t.like(parseLdSoCache(bytes, 'little'), {status: 'invalid'});
});

test('a bad extension costs the levels and nothing else', t => {
	const leveled = [{...plain[0], level: 'x86-64-v3'}, plain[1]];
	for (const [offset, value] of [
		[0, 0],
		[4, 0xffff_ffff],
		[4, 65],
		[8 + 8, 0xffff_fff0],
	] as const) {
		const bytes = writeNewCache(leveled, {});
		bytes.writeUInt32LE(value, bytes.readUInt32LE(32) + offset);
		const cache = parsed(bytes);
		t.is(cache.entries.get('libz.so.1')?.[0]?.level, undefined);
		t.deepEqual(pathsOf(cache, 'liba.so.2'), ['/lib/liba.so.2']);
	}
});

test('names are one when their digits are the same numbers', t => {
	t.is(cacheKey('libz.so.01'), cacheKey('libz.so.1'));
	t.is(cacheKey('lib0z.so.007'), cacheKey('lib00z.so.7'));
	t.not(cacheKey('libz.so.10'), cacheKey('libz.so.1'));
	t.not(cacheKey('libz.so.100'), cacheKey('libz.so.1'));
});

test('no bytes make the parser throw', t => {
	const magics = [
		writeNewCache(plain, {}),
		writeOldCache(plain, 'little'),
		writeCombinedCache(plain, 'little'),
	];
	const change = fc.tuple(fc.nat({max: 400}), fc.nat({max: 255}));
	fc.assert(
		fc.property(fc.constantFrom(...magics), fc.array(change, {maxLength: 8}), (good, changes) => {
			const bytes = Buffer.from(good);
			for (const [at, value] of changes) {
				bytes[at % bytes.length] = value;
			}

			return ['valid', 'invalid'].includes(parseLdSoCache(bytes, 'little').status);
		}),
		{numRuns: 2000, seed: 20109},
	);
	t.pass();
});
