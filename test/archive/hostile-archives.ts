import {readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {gzipSync} from 'node:zlib';
import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import type {ArchiveEntry} from '../../lib/archive/archive-entry.js';
import {extractArchive} from '../../lib/archive/extract-archive.js';
import {writeArchive} from '../../lib/archive/write-archive.js';
import {findEncoder} from '../../lib/launcher/archive-tools.js';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {runCommand} from '../helpers/run/command.js';
import {makeScratchPlace} from '../helpers/worlds/scratch-place.js';
import {
	paxMember,
	paxRecord,
	rawMember,
	rawTar,
	type RawMember,
} from '../helpers/worlds/tar-writer.js';

const top: RawMember = {name: 'top/', type: '5'};
const body = Buffer.from('owned');

/** Unpack inside a world of which every change would show; nothing may be left but the archive. */
async function refused(t: ExecutionContext, bytes: Buffer, message: RegExp): Promise<void> {
	const scratch = makeScratchPlace(t);
	const archive = scratch.path('a.tar');
	writeFileSync(archive, bytes);
	writeFileSync(scratch.path('victim'), 'untouched');
	const attempt = extractArchive({
		archive,
		destination: scratch.path('out'),
		limits: {entries: 100, bytes: 1 << 20},
	});
	await t.throwsAsync(attempt, {instanceOf: DynpkError, code: 'ARCHIVE_INVALID', message});
	t.deepEqual(readdirSync(scratch.directory).sort(), ['a.tar', 'victim']);
	t.is(readFileSync(scratch.path('victim'), 'utf8'), 'untouched');
}

const attacks: Record<string, readonly [readonly RawMember[], RegExp]> = {
	'a name that climbs': [[top, {name: 'top/../victim', body}], /"\.\." in the path/u],
	'a name that climbs from the start': [[top, {name: '../victim', body}], /"\.\." in the path/u],
	'an absolute name': [[top, {name: '/tmp/victim', body}], /relative path/u],
	'a name in a detour': [[top, {name: 'top/./x', body}], /"\." in the path/u],
	'a name with an empty component': [[top, {name: 'top//x', body}], /relative path/u],
	'a long name that climbs': [
		[top, paxMember(paxRecord('path', 'top/../victim')), {name: 'top/x', body}],
		/"\.\." in the path/u,
	],
	'a GNU long name that climbs': [
		[top, {name: 'L', type: 'L', body: Buffer.from('top/../victim\0')}, {name: 'top/x', body}],
		/"\.\." in the path/u,
	],
	'a NUL in a pax name': [[top, paxMember(paxRecord('path', 'top/\0a')), {name: 'top/x'}], /NUL/u],
	'a file below a link that came before': [
		[top, {name: 'top/l', type: '2', target: '.'}, {name: 'top/l/x', body}],
		/lies below a symlink/u,
	],
	'a file below a link that leads out': [
		[top, {name: 'top/l', type: '2', target: '../..'}, {name: 'top/l/victim', body}],
		/lies below a symlink/u,
	],
	'a file below a file': [
		[top, {name: 'top/f', body}, {name: 'top/f/x', body}],
		/lies below a file/u,
	],
	'a file through a link of its own name': [
		[top, {name: 'top/l', type: '2', target: '../victim'}, {name: 'top/l', body}],
		/there twice/u,
	],
	'a link that leads out': [
		[top, {name: 'top/l', type: '2', target: '../victim'}],
		/a link out of the tree/u,
	],
	'an absolute link': [[top, {name: 'top/l', type: '2', target: '/etc'}], /absolute link/u],
	'a link that leads out through another': [
		[
			top,
			{name: 'top/d', type: '5'},
			{name: 'top/d/up', type: '2', target: '..'},
			{name: 'top/l', type: '2', target: 'd/up/../victim'},
		],
		/top\/l: a link out of the tree/u,
	],
	'a link that leads out through one that comes later': [
		[
			top,
			{name: 'top/d', type: '5'},
			{name: 'top/a', type: '2', target: 'd/up/../victim'},
			{name: 'top/d/up', type: '2', target: '..'},
		],
		/top\/a: a link out of the tree/u,
	],
	'an empty link': [[top, {name: 'top/l', type: '2'}], /link to nothing/u],
	'a hard link to a file outside': [
		[top, {name: 'top/h', type: '1', target: '../victim'}],
		/no file before it/u,
	],
	'an absolute hard link': [
		[top, {name: 'top/h', type: '1', target: '/etc/passwd'}],
		/no file before/u,
	],
	'a hard link to a symbolic one': [
		[top, {name: 'top/l', type: '2', target: 'x'}, {name: 'top/h', type: '1', target: 'top/l'}],
		/no file before it/u,
	],
	'a hard link with contents': [
		[top, {name: 'top/f', body}, {name: 'top/h', type: '1', target: 'top/f', body}],
		/a hardlink with contents/u,
	],
	'a directory with contents': [[{...top, body}], /a directory with contents/u],
	'a character device': [[top, {name: 'top/null', type: '3'}], /a character device/u],
	'a block device': [[top, {name: 'top/sda', type: '4'}], /a block device/u],
	'a FIFO': [[top, {name: 'top/p', type: '6'}], /a FIFO/u],
	'an unknown type': [[top, {name: 'top/x', type: 'Z'}], /type "Z"/u],
	'a contiguous file': [[top, {name: 'top/x', type: '7'}], /type "7"/u],
	'a pax sparse file': [
		[top, paxMember(paxRecord('GNU.sparse.major', '1')), {name: 'top/x'}],
		/sparse/u,
	],
	'a global header': [[{name: 'g', type: 'g'}, top], /global header/u],
	'a set-user-id program': [[top, {name: 'top/su', mode: '0004755\0', body}], /mode 4755/u],
	'a set-group-id directory': [[{...top, mode: '0002755\0'}], /mode 2755/u],
	'a sticky directory': [[{...top, mode: '0001777\0'}], /mode 1777/u],
	'one name twice': [[top, {name: 'top/x', body}, {name: 'top/x', body}], /there twice/u],
	'two tops': [[top, {name: 'other/', type: '5'}], /second entry at the top/u],
	'a file at the top': [[{name: 'top', body}], /not a directory/u],
	'a directory that no entry makes': [
		[top, {name: 'top/a/b', body}],
		/no entry for its directory/u,
	],
	'nothing at all': [[], /no entries|not a tar archive/u],
	'a size beyond all bounds': [
		[
			top,
			{
				name: 'top/x',
				size: Buffer.from([0x80, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
			},
		],
		/size is absurd/u,
	],
	'a size beyond the limit': [
		[top, {name: 'top/x', size: '00010000000\0'}],
		/more than 1048576 bytes/u,
	],
	'a pax size beyond the limit': [
		[top, paxMember(paxRecord('size', '99999999999999999')), {name: 'top/x', body}],
		/pax size that is absurd/u,
	],
	'a negative size': [
		[top, {name: 'top/x', size: Buffer.alloc(12, 0xff)}],
		/size is not a number/u,
	],
	'a size in words': [[top, {name: 'top/x', size: 'enormous\0\0\0\0'}], /size is not a number/u],
	'more entries than allowed': [
		[top, ...Array.from({length: 100}, (_, index): RawMember => ({name: `top/${index}`}))],
		/more than 100 entries/u,
	],
	'a pax header of a gigabyte': [
		[top, {name: 'P', type: 'x', size: '10000000000\0'}],
		/a header of 1073741824 bytes/u,
	],
	'a pax record longer than its header': [[top, paxMember('99 path=x\n')], /wrong length/u],
	'a pax record of no length': [[top, paxMember('0 path=x\n')], /without a length/u],
	'a pax record without an end': [[top, paxMember('10 path=xy')], /does not end its line/u],
	'headers without end': [
		[top, paxMember(paxRecord('path', 'top/a')), paxMember(paxRecord('path', 'top/b'))],
		/more headers than its members need/u,
	],
	'a long name for nothing': [[top, paxMember(paxRecord('path', 'top/ab'))], /belongs to nothing/u],
	'a name that is not UTF-8': [[top, {name: Buffer.from('top/\xff', 'latin1')}], /not UTF-8/u],
	'a wrong checksum': [[top, {name: 'top/x', checksumOff: 1}], /wrong checksum/u],
	'another format': [[top, {name: 'top/x', magic: 'zstar\x0000'}], /unknown format/u],
	'a name that is too long': [
		[top, paxMember(paxRecord('path', `top/${'n'.repeat(256)}`)), {name: 'top/x'}],
		/a name in the path is too long/u,
	],
	'a path that is too long': [
		[top, paxMember(paxRecord('path', `top/${'n/'.repeat(2100)}`)), {name: 'top/x'}],
		/the path is too long/u,
	],
	'a link that is too long': [
		[top, paxMember(paxRecord('linkpath', 'n'.repeat(5000))), {name: 'top/x', type: '2'}],
		/the link is too long/u,
	],
};

for (const [title, [members, message]] of Object.entries(attacks)) {
	test(`${title} is refused, and nothing is written`, async t => {
		await refused(t, rawTar(members), message);
	});
}

test('data behind the end, where other readers see a second archive, is refused', async t => {
	const smuggled = Buffer.concat([rawTar([top]), rawTar([{name: 'top/x', body}])]);
	await refused(t, smuggled, /data behind its end/u);
});

test('a single empty block is no end', async t => {
	const bytes = Buffer.concat([rawMember(top), Buffer.alloc(512), rawMember({name: 'top/x'})]);
	await refused(t, bytes, /one empty block/u);
});

test('an archive cut between two entries is truncated, not complete', async t => {
	await refused(t, Buffer.concat([rawMember(top), rawMember({name: 'top/x', body})]), /truncated/u);
});

test('endless padding is refused', async t => {
	const padding = Buffer.alloc(17 << 20);
	await refused(t, gzipSync(Buffer.concat([rawTar([top]), padding])), /too much padding/u);
});

test('symbolic links that only look dangerous come out', async t => {
	const scratch = makeScratchPlace(t);
	writeFileSync(
		scratch.path('a.tar'),
		rawTar([
			top,
			{name: 'top/d', type: '5'},
			{name: 'top/d/up', type: '2', target: '..'},
			{name: 'top/loop', type: '2', target: 'loop'},
			{name: 'top/l', type: '2', target: 'd/up/d/../x'},
			{name: 'top/later', type: '2', target: './/x/'},
		]),
	);
	const tree = await extractArchive({
		archive: scratch.path('a.tar'),
		destination: scratch.path('out'),
	});
	t.is(tree.entries.length, 5);
});

const sample: readonly ArchiveEntry[] = [
	{kind: 'directory', path: 'top', mode: 0o755},
	...Array.from({length: 20}, (_, index): ArchiveEntry => {
		const bytes = Buffer.from(`${index} `.repeat(5000));
		return {kind: 'file', path: `top/${index}`, mode: 0o644, content: {kind: 'bytes', bytes}};
	}),
];

for (const form of ['tar', 'tar.gz', 'tar.zst'] as const) {
	test(`a ${form} truncated anywhere is refused, and nothing is written`, async t => {
		const scratch = makeScratchPlace(t);
		const request = {entries: sample, output: scratch.path('good'), encoder: findEncoder()};
		await writeArchive({...request, form, mtime: 1});
		const good = readFileSync(scratch.path('good'));
		for (let part = 0; part < 16; part += 1) {
			const cut = Math.floor((good.length * part) / 16);
			await refused(t, good.subarray(0, cut), /./u);
		}

		await refused(t, good.subarray(0, -1), /./u);
	});
}

for (const form of ['tar.gz', 'tar.zst'] as const) {
	test(`a ${form} with a flipped bit is refused, unless the bit meant nothing`, async t => {
		const scratch = makeScratchPlace(t);
		const request = {entries: sample, output: scratch.path('good'), encoder: findEncoder()};
		await writeArchive({...request, form, mtime: 1});
		const good = readFileSync(scratch.path('good'));
		let number = 0;
		const unpack = async (bytes: Buffer): Promise<string> => {
			number += 1;
			writeFileSync(scratch.path('a'), bytes);
			const destination = scratch.path(`out${number}`);
			const tree = await extractArchive({archive: scratch.path('a'), destination});
			return JSON.stringify(tree.entries);
		};
		const original = await unpack(good);
		const flip = fc.record({at: fc.nat({max: good.length - 1}), bit: fc.nat({max: 7})});
		await fc.assert(
			fc.asyncProperty(flip, async ({at, bit}) => {
				const bad = Buffer.from(good);
				bad[at] = bad[at]! ^ (1 << bit);
				let seen: string | DynpkError;
				try {
					seen = await unpack(bad);
				} catch (error) {
					seen = error as DynpkError;
				}

				// Some bits of a gzip header, such as those of its time, carry nothing.
				if (typeof seen === 'string') t.is(seen, original);
				else t.is(seen.code, 'ARCHIVE_INVALID');
			}),
			{numRuns: form === 'tar.zst' ? 25 : 80, seed: 20106},
		);
	});
}

test('no bytes whatever make the reader fail otherwise than by ARCHIVE_INVALID', async t => {
	const scratch = makeScratchPlace(t);
	const good = rawTar([
		top,
		paxMember(paxRecord('path', 'top/abcdef')),
		{name: 'top/x', body},
		{name: 'L', type: 'L', body: Buffer.from('top/long\0')},
		{name: 'top/y', body},
		{name: 'top/l', type: '2', target: 'y'},
	]);
	let number = 0;
	const mutation = fc.array(
		fc.record({at: fc.nat({max: good.length - 1}), byte: fc.nat({max: 255})}),
		{
			minLength: 1,
			maxLength: 4,
		},
	);
	await fc.assert(
		fc.asyncProperty(mutation, fc.boolean(), async (changes, fix) => {
			const bad = Buffer.from(good);
			for (const {at, byte} of changes) bad[at] = byte;
			if (fix) fixChecksums(bad);
			writeFileSync(scratch.path('a.tar'), bad);
			number += 1;
			const destination = scratch.path(`out${number}`);
			try {
				await extractArchive({archive: scratch.path('a.tar'), destination});
			} catch (error) {
				t.true(error instanceof DynpkError, String(error));
				t.is((error as DynpkError).code, 'ARCHIVE_INVALID');
				t.false(readdirSync(scratch.directory).includes(`out${number}`));
			}

			t.false(readdirSync(scratch.directory).some(name => name.startsWith('.dynpk')));
		}),
		{numRuns: 400, seed: 20107},
	);
});

/** Give every block that could be a header the checksum it needs to be looked at. */
function fixChecksums(bytes: Buffer): void {
	for (let at = 0; at + 512 <= bytes.length; at += 512) {
		const block = bytes.subarray(at, at + 512);
		if (!block.includes('ustar')) continue;
		block.fill(' ', 148, 156);
		const sum = block.reduce((total, byte) => total + byte, 0);
		block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
	}
}

test('GNU tar agrees that our own archives are sound', async t => {
	const scratch = makeScratchPlace(t);
	await writeArchive({entries: sample, output: scratch.path('a.tar'), form: 'tar', mtime: 1});
	const {status, stderr} = await runCommand('tar', ['-tf', scratch.path('a.tar')]);
	t.deepEqual([status, stderr], [0, '']);
});

test('links that lead through links without end are refused before they take minutes', async t => {
	const detour = 'd/../'.repeat(800);
	const links = Array.from({length: 1000}, (_, number): RawMember[] => [
		paxMember(paxRecord('linkpath', `${detour}l${number + 1}`)),
		{name: `top/l${number}`, type: '2'},
	]);
	const scratch = makeScratchPlace(t);
	const archive = scratch.path('a.tar.gz');
	writeFileSync(archive, gzipSync(rawTar([top, {name: 'top/d', type: '5'}, ...links.flat()])));
	const attempt = extractArchive({archive, destination: scratch.path('out')});
	await t.throwsAsync(attempt, {code: 'ARCHIVE_INVALID', message: /lead through too many others/u});
	t.deepEqual(readdirSync(scratch.directory), ['a.tar.gz']);
});
