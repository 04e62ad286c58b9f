import {truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import test, {type ExecutionContext} from 'ava';
import {DebError, type DebErrorCode} from '../../lib/deb/deb-error.js';
import {readDeb} from '../../lib/deb/read-deb.js';
import {readDebPayload} from '../../lib/deb/read-payload.js';
import {controlText, writeDeb, writeTar, type WrittenDeb} from '../helpers/packages/deb-build.js';
import {rawMember, rawTar, type RawMember} from '../helpers/worlds/tar-writer.js';
import {mutate, seededRandom} from '../helpers/worlds/mutate.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

async function readAll(path: string): Promise<readonly string[]> {
	const paths: string[] = [];
	for await (const entry of readDebPayload(await readDeb(path))) {
		paths.push(entry.path);
		for await (const chunk of entry.content) {
			paths.push(String(chunk.length));
		}
	}

	return paths;
}

async function refusal(t: ExecutionContext, bytes: Buffer): Promise<DebError | undefined> {
	const path = join(makeScratch(t), 'made.deb');
	writeFileSync(path, bytes);
	return t.throwsAsync(readAll(path), {instanceOf: DebError});
}

const control = (...lines: string[]) => [
	{name: './control', text: controlText({name: 'made', control: lines})},
];
const format = ['debian-binary', Buffer.from('2.0\n')] as const;

const cases: Readonly<Record<string, readonly [WrittenDeb, DebErrorCode, RegExp]>> = {
	'a path with ..': [{data: [{name: './usr/../../etc/passwd'}]}, 'DEB_INVALID', /climbs out/u],
	'no control file': [{control: [{name: './md5sums'}]}, 'DEB_INVALID', /not one paragraph/u],
	'no version': [
		{control: [{name: 'control', text: 'Package: a\n'}]},
		'DEB_INVALID',
		/no version/u,
	],
	'a malformed dependency': [
		{control: control('Depends: a (>= )')},
		'DEB_INVALID',
		/malformed field depends/u,
	],
	'other content than md5sums lists': [
		{
			control: [...control(), {name: './md5sums', text: `${'0'.repeat(32)}  usr/a\n`}],
			data: [{name: './usr/a', text: 'x'}],
		},
		'DEB_DIGEST_MISMATCH',
		/\/usr\/a/u,
	],
	'an unknown compressor': [
		{members: [format, ['control.tar.new', Buffer.from('x')], ['data.tar.gz', Buffer.from('x')]]},
		'UNSUPPORTED_COMPRESSION',
		/control\.tar\.new/u,
	],
	'no data archive': [
		{members: [format, ['control.tar', Buffer.alloc(1024)]]},
		'DEB_INVALID',
		/no data\.tar/u,
	],
	'a format of the future': [
		{members: [['debian-binary', Buffer.from('3.0\n')]]},
		'DEB_INVALID',
		/3\.0/u,
	],
	'another kind of archive': [
		{members: [['file.o', Buffer.from('object')]]},
		'DEB_INVALID',
		/not a Debian/u,
	],
};

for (const [problem, [spec, code, message]] of Object.entries(cases)) {
	test(`${problem}: refused`, async t => {
		const error = await refusal(t, await writeDeb(spec));
		t.is(error?.code, code);
		t.regex(error?.message ?? '', message);
		t.regex(error?.message ?? '', /made\.deb/u);
	});
}

test('a control archive that unpacks to more than its limit is refused', async t => {
	const huge = await writeTar([{name: './control', text: 'A: 1\n'.padEnd(65 * 1024 * 1024, ' ')}]);
	const error = await refusal(
		t,
		await writeDeb({
			members: [format, ['control.tar.gz', gzipSync(huge)], ['data.tar', Buffer.alloc(0)]],
		}),
	);
	t.regex(error?.message ?? '', /too large/u);
});

const data = [
	{name: './usr/', type: 'directory'},
	{name: './usr/a', text: 'content'.repeat(100)},
	{name: './usr/b', type: 'symlink', linkname: 'a'},
] as const;

test('a package cut at any place is refused', async t => {
	const whole = await writeDeb({data});
	const path = join(makeScratch(t), 'cut.deb');
	writeFileSync(path, whole);
	t.true((await readAll(path)).length > 2);
	for (let length = whole.length - 2; length > 0; length -= 11) {
		truncateSync(path, length);
		await t.throwsAsync(readAll(path), {instanceOf: DebError}, `${length}`);
	}
});

test('a damaged package is read or refused by our own error, never anything else', async t => {
	const usual = await writeDeb({data});
	const plain = await writeDeb({
		members: [
			format,
			['control.tar', await writeTar(control())],
			['data.tar', await writeTar(data)],
		],
	});
	const random = seededRandom(5);
	const path = join(makeScratch(t), 'damaged.deb');
	let refused = 0;
	for (let run = 0; run < 1500; run++) {
		writeFileSync(path, mutate(run % 2 === 0 ? usual : plain, random));
		try {
			await readAll(path);
		} catch (error) {
			if (!(error instanceof DebError)) {
				t.log(`run ${run}`);
				throw error;
			}

			refused++;
		}
	}

	t.true(refused > 500);
});

test('headers of no file are refused before they take for ever', async t => {
	const record = Buffer.alloc(1 << 20, 'x');
	record.write(`${record.length} comment=`);
	record.write('\n', record.length - 1);
	const header = rawMember({name: 'PaxHeader', type: 'x', body: record});
	const data = gzipSync(Buffer.concat(Array<Buffer>(70).fill(header)), {level: 1});
	const tar = await writeTar(control());
	const bytes = await writeDeb({members: [format, ['control.tar', tar], ['data.tar.gz', data]]});
	const found = await refusal(t, bytes);
	t.is(found?.code, 'DEB_INVALID');
	t.regex(found?.message ?? '', /headers of no file/u);
});

async function withData(...members: readonly RawMember[]): Promise<Buffer> {
	const tar = await writeTar(control());
	return writeDeb({members: [format, ['control.tar', tar], ['data.tar', rawTar(members)]]});
}

test('a size that is no number is refused, and nobody waits for so many bytes', async t => {
	const size = Buffer.from('bcbc3030303030313133302000', 'hex').subarray(0, 12);
	const error = await refusal(t, await withData({name: './usr/a', size}));
	t.regex(error?.message ?? '', /\/usr\/a: its size is no number/u);
});

test('a directory has no bytes, whatever size it claims', async t => {
	const path = join(makeScratch(t), 'made.deb');
	const claims = {name: './usr/', type: '5', size: '20000000000\0'};
	writeFileSync(path, await withData(claims, {name: './usr/a', body: Buffer.from('x')}));
	t.deepEqual(await readAll(path), ['/usr', '/usr/a', '1']);
});
