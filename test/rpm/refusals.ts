import {truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import test, {type ExecutionContext} from 'ava';
import {parseHeader} from '../../lib/rpm/header.js';
import {headerString} from '../../lib/rpm/header-values.js';
import {readRpm} from '../../lib/rpm/read-rpm.js';
import {RpmError, type RpmErrorCode} from '../../lib/rpm/rpm-error.js';
import {rpmAccepts} from '../helpers/packages/rpm-query.js';
import {describePayload} from '../helpers/packages/rpm-payload.js';
import {
	writeArchive,
	writeMember,
	writeRpm,
	type WrittenRpm,
} from '../helpers/packages/rpm-writer.js';
import {need} from '../helpers/run/need.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const files = [
	{path: '/usr/bin/a', content: 'first'},
	{path: '/usr/bin/b', content: 'second file'},
	{path: '/usr/bin/link', linkTarget: 'a'},
] as const;

const LEAD = 96;
const text = (value: string) => ({type: 'string', values: [value]}) as const;
const int32 = (...values: number[]) => ({type: 'int32', values}) as const;

function write(t: ExecutionContext, bytes: Buffer): string {
	const path = join(makeScratch(t), 'made.rpm');
	writeFileSync(path, bytes);
	return path;
}

/** Read everything of a package, and answer with the error that must come of it. */
async function refusal(t: ExecutionContext, bytes: Buffer): Promise<RpmError | undefined> {
	const path = write(t, bytes);
	return t.throwsAsync(
		async () => {
			await describePayload(readRpm(path));
		},
		{instanceOf: RpmError},
	);
}

async function read(t: ExecutionContext, bytes: Buffer) {
	return describePayload(readRpm(write(t, bytes)));
}

test('what the writer writes is read when nothing is wrong with it', async t => {
	const found = await read(t, writeRpm({files, compress: gzipSync}));
	t.deepEqual([...found.keys()], ['/usr/bin/a', '/usr/bin/b', '/usr/bin/link']);
});

test('a package of rpm 3, with whole file names and no regions, is read', async t => {
	const path = write(t, writeRpm({format: 3, files, compress: gzipSync}));
	const pkg = readRpm(path);
	t.is(pkg.format, 3);
	t.is(pkg.payload.digest?.algorithm, 'md5');
	t.deepEqual(
		[...(await describePayload(pkg)).keys()],
		['/usr/bin/a', '/usr/bin/b', '/usr/bin/link'],
	);
});

/** What is wrong, what it must be called, and what of the text must be there. */
const headerCases: Readonly<Record<string, readonly [WrittenRpm, RpmErrorCode, RegExp]>> = {
	'no name': [{tags: {1000: undefined}}, 'RPM_BAD_HEADER', /no name/u],
	'no architecture': [{tags: {1022: undefined}}, 'RPM_BAD_HEADER', /no arch/u],
	'a number where text must be': [{tags: {1001: int32(1)}}, 'RPM_BAD_HEADER', /not text/u],
	'fewer modes than files': [
		{files, tags: {1030: int32(0o100644)}},
		'RPM_BAD_HEADER',
		/1 values for 3/u,
	],
	'a directory index past the list': [
		{files, tags: {1116: int32(0, 0, 9)}},
		'RPM_BAD_HEADER',
		/not listed/u,
	],
	'a mode of no file type': [
		{files: [{path: '/a', mode: 0o070644}]},
		'RPM_BAD_HEADER',
		/no known file type/u,
	],
	'a size over 2^53': [
		{files: [{path: '/a'}], tags: {5008: {type: 'int64', values: [2 ** 60]}}},
		'RPM_BAD_HEADER',
		/2\^53/u,
	],
	'more requirement versions than requirements': [
		{requires: ['a'], tags: {1050: {type: 'strings', values: ['1', '2']}}},
		'RPM_BAD_HEADER',
		/2 values for 1 dependencies/u,
	],
	'a malformed rich dependency': [{requires: ['(a or']}, 'RPM_BAD_HEADER', /malformed dependency/u],
	'a trigger without a script': [
		{tags: {1066: {type: 'strings', values: ['bash']}, 1069: int32(7)}},
		'RPM_BAD_HEADER',
		/trigger on bash/u,
	],
	'a header that does not match its digest': [
		{signatureTags: {273: text('00'.repeat(32))}},
		'RPM_DIGEST_MISMATCH',
		/header does not match its sha256/u,
	],
	'a delta payload': [{tags: {1124: text('drpm')}}, 'UNSUPPORTED_PACKAGE', /drpm/u],
	'a feature of a later rpm': [
		{requires: ['rpmlib(PayloadAlignment)']},
		'UNSUPPORTED_PACKAGE',
		/PayloadAlignment/u,
	],
	'a file digest of an unknown algorithm': [
		{files, tags: {5011: int32(99)}},
		'UNSUPPORTED_PACKAGE',
		/99/u,
	],
};

for (const [problem, [spec, code, message]] of Object.entries(headerCases)) {
	test(`${problem}: refused`, async t => {
		const error = await refusal(t, writeRpm(spec));
		t.is(error?.code, code);
		t.regex(error?.message ?? '', message);
		t.regex(error?.message ?? '', /made\.rpm/u);
	});
}

const payloadCases: Readonly<
	Record<string, readonly [WrittenRpm, RpmErrorCode, string | undefined]>
> = {
	'a file with other content': [
		{files: [{path: '/a', content: 'x', digest: '11'.repeat(32)}]},
		'RPM_DIGEST_MISMATCH',
		'/a',
	],
	'a file longer than listed': [
		{files: [{path: '/a', content: 'xx', size: 1}]},
		'RPM_BAD_PAYLOAD',
		'/a',
	],
	'a file shorter than listed': [
		{files: [{path: '/a', content: 'x', size: 9}]},
		'RPM_BAD_PAYLOAD',
		'/a',
	],
	'a listed file that does not come': [
		{files: [{path: '/a', isAbsent: true}]},
		'RPM_BAD_PAYLOAD',
		'/a',
	],
	'a file that is not listed': [
		{files: [{path: '/a', archiveName: './../../etc/passwd'}]},
		'RPM_BAD_PAYLOAD',
		'./../../etc/passwd',
	],
	'a file that comes twice': [
		{files: [{path: '/a'}], payload: writeArchive([{path: '/a'}, {path: '/a'}])},
		'RPM_BAD_PAYLOAD',
		'/a',
	],
	'a link that leads elsewhere than listed': [
		{
			files: [{path: '/a', linkTarget: 'one'}],
			payload: writeArchive([{path: '/a', linkTarget: 'two'}]),
		},
		'RPM_BAD_PAYLOAD',
		'/a',
	],
	'a stripped member past the list': [
		{files: [{path: '/a'}], payload: Buffer.from('07070X000000ff\0\0')},
		'RPM_BAD_PAYLOAD',
		'member 255',
	],
	'a payload without its trailer': [
		{files: [{path: '/a'}], payload: writeMember('./a', 0o100644, Buffer.alloc(0))},
		'RPM_BAD_PAYLOAD',
		undefined,
	],
	'something behind the trailer': [
		{payload: Buffer.concat([writeArchive([]), Buffer.from('more')])},
		'RPM_BAD_PAYLOAD',
		undefined,
	],
	'a name of four gigabytes': [
		{payload: Buffer.from(`070701${'0'.repeat(88)}ffffffff${'0'.repeat(8)}`)},
		'RPM_BAD_PAYLOAD',
		undefined,
	],
	'a number that is not one': [
		{payload: Buffer.from(`070701${'z'.repeat(104)}`)},
		'RPM_BAD_PAYLOAD',
		undefined,
	],
	'a truncated gzip stream': [
		{files, compress: archive => gzipSync(archive).subarray(0, -9)},
		'RPM_BAD_PAYLOAD',
		undefined,
	],
	'an unknown compressor': [
		{files, compress: () => Buffer.from('new kind of compressed data')},
		'UNSUPPORTED_COMPRESSION',
		undefined,
	],
	'a payload that does not match its digest': [
		{files, tags: {5092: {type: 'strings', values: ['22'.repeat(32)]}}},
		'RPM_DIGEST_MISMATCH',
		undefined,
	],
	'a payload of rpm 3 that does not match its MD5': [
		{format: 3, files, signatureTags: {1004: {type: 'binary', values: [Buffer.alloc(16)]}}},
		'RPM_DIGEST_MISMATCH',
		undefined,
	],
};

for (const [problem, [spec, code, entry]] of Object.entries(payloadCases)) {
	test(`${problem}: refused, by name`, async t => {
		const error = await refusal(t, writeRpm(spec));
		t.is(error?.code, code);
		t.is(error?.entry, entry);
	});
}

test('a file that is no package at all is told from a damaged one', async t => {
	t.is((await refusal(t, Buffer.from('#!/bin/sh\n')))?.code, 'RPM_BAD_LEAD');
	t.is((await refusal(t, Buffer.alloc(0)))?.code, 'RPM_BAD_LEAD');
});

test('a package cut at any place is refused', async t => {
	const whole = writeRpm({files, compress: gzipSync});
	const path = write(t, whole);
	for (let length = whole.length - 1; length > 0; length -= 13) {
		truncateSync(path, length);
		await t.throwsAsync(
			async () => describePayload(readRpm(path)),
			{instanceOf: RpmError},
			`${length}`,
		);
	}
});

test('a header that claims gigabytes costs nothing', async t => {
	const bytes = writeRpm({files});
	bytes.writeUInt32BE(0x0fffffff, LEAD + 12);
	t.is((await refusal(t, bytes))?.code, 'RPM_BAD_HEADER');
	bytes.writeUInt32BE(0xffffffff, LEAD + 8);
	t.regex((await refusal(t, bytes))?.message ?? '', /claims 4294967295 entries/u);
});

const aside = (value: string) => new Map([[1010, text(value)]]);

test('a main header outside its region is refused, for no digest covers it', async t => {
	const {message = ''} = (await refusal(t, writeRpm({added: aside('x')}))) ?? {};
	t.regex(message, /does not cover the whole/u);
});

test('what signing added behind the region of the signatures is read, as rpm reads it', async t => {
	const right = writeRpm({files});
	const sha1 = headerString(readRpm(write(t, right)).signature, 269) ?? '';
	const wrong = text('0'.repeat(40));
	const added = writeRpm({
		files,
		signatureTags: {269: undefined},
		signatureAdded: new Map([[269, text(sha1)], ...aside('x')]),
	});
	const {signature} = readRpm(write(t, added));
	t.deepEqual([headerString(signature, 269), headerString(signature, 1010)], [sha1, 'x']);
	t.deepEqual([...(await read(t, added)).keys()], [...(await read(t, right)).keys()]);

	const wrongAdded = writeRpm({
		files,
		signatureTags: {269: undefined},
		signatureAdded: new Map([[269, wrong]]),
	});
	t.is((await refusal(t, wrongAdded))?.code, 'RPM_DIGEST_MISMATCH');
	const first = writeRpm({files, signatureAdded: new Map([[269, wrong]])});
	t.is((await read(t, first)).size, files.length);
	if (need(t, 'rpm')) {
		t.deepEqual(
			[added, wrongAdded, first].map(bytes => rpmAccepts(write(t, bytes))),
			[true, false, true],
		);
	}
});

test('a region that claims no entry, a part of one or more than there are is refused', async t => {
	for (const covered of [0, 16, -8, -16 * 1000]) {
		const bytes = writeRpm({});
		const count = bytes.readUInt32BE(LEAD + 8);
		const trailer = LEAD + 16 + count * 16 + bytes.readUInt32BE(LEAD + 12) - 16;
		bytes.writeInt32BE(covered, trailer + 8);
		t.regex((await refusal(t, bytes))?.message ?? '', /its region covers/u);
	}
});

test('a file name that is not UTF-8 is refused', async t => {
	const bytes = writeRpm({
		files: [{path: '/caf\u{1}'}],
		signatureTags: {273: undefined, 269: undefined},
	});
	bytes[bytes.indexOf('caf\u{1}') + 3] = 0xe9;
	t.is((await refusal(t, bytes))?.code, 'NAME_NOT_UTF8');
});

test('names with newlines and escapes are carried as they are', async t => {
	const found = await read(t, writeRpm({files: [{path: '/a\nb\u{1b}[2J'}]}));
	t.true(found.has('/a\nb\u{1b}[2J'));
});

test('a header whose entries share values is refused: a small one would cost what a gigabyte does', t => {
	const entries = Array.from({length: 3}, (_, index) => {
		const entry = Buffer.alloc(16);
		[1000 + index, 6, 0, 1].forEach((word, at) => entry.writeUInt32BE(word, at * 4));
		return entry;
	});
	const store = Buffer.from('text\0text\0');
	const intro = Buffer.alloc(16);
	[0x8eade801, 0, entries.length, store.length].forEach((word, at) => {
		intro.writeUInt32BE(word, at * 4);
	});
	t.throws(() => parseHeader(Buffer.concat([intro, ...entries, store]), 'immutable', 'made'), {
		code: 'RPM_BAD_HEADER',
		message: /share values/u,
	});
	const two = entries.slice(0, 2);
	intro.writeUInt32BE(two.length, 8);
	t.notThrows(() => parseHeader(Buffer.concat([intro, ...two, store]), 'immutable', 'made'));
});
