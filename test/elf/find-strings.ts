/** Strings of read-only data: whole, each once, wherever a search in pieces may cut them. */
import test, {type ExecutionContext} from 'ava';
import {findStrings, type FoundString} from '../../lib/elf/find-strings.js';
import {PF_W, PF_X, PT_LOAD} from '../../lib/elf/program-headers.js';
import {scratchFile} from '../helpers/worlds/scratch.js';

const PIECE = 1 << 20;

interface Segment {
	readonly bytes: Buffer;
	readonly flags: number;
}

function find(t: ExecutionContext, segments: readonly Segment[]): readonly FoundString[] {
	const path = scratchFile(t, Buffer.concat(segments.map(({bytes}) => bytes)));
	let offset = 0;
	const programHeaders = segments.map(({bytes, flags}) => {
		const header = {
			...{type: PT_LOAD, flags, offset, fileSize: bytes.length},
			...{virtualAddress: 0n, memorySize: 0n, alignment: 1n},
		};
		offset += bytes.length;
		return header;
	});
	return findStrings({path, size: offset, programHeaders}, ['/usr/share/', '/opt/x/']);
}

/** Texts at offsets of otherwise other bytes. */
function data(size: number, texts: Readonly<Record<number, string>>): Buffer {
	const bytes = Buffer.alloc(size, 0xff);
	for (const [offset, text] of Object.entries(texts)) {
		bytes.write(`\0${text}\0`, Number(offset) - 1, 'latin1');
	}

	return bytes;
}

test('a string is found once, on either side of a cut and across it', t => {
	for (const text of ['/usr/share/words', 'a:/usr/share/words:/opt/x/y:/usr/share/z']) {
		for (const place of [
			PIECE - text.length - 1,
			PIECE - 12,
			PIECE - 4,
			PIECE - 1,
			PIECE,
			PIECE + 1,
		]) {
			const found = find(t, [{bytes: data(3 * PIECE, {[place]: text}), flags: 4}]);
			t.deepEqual(found, [{text, offset: place}], String(place));
		}
	}
});

test('what has no end, or is longer than a path can be, is none', t => {
	const long = `/usr/share/${'x'.repeat(5000)}`;
	const late = `${'x'.repeat(5000)}:/usr/share/y`;
	const bytes = data(PIECE, {10: long, 20_000: late, 40_000: '/opt/x/y'});
	const endless = Buffer.from('/usr/share/endless');
	t.deepEqual(find(t, [{bytes: Buffer.concat([bytes, endless]), flags: 4}]), [
		{text: '/opt/x/y', offset: 40_000},
	]);
});

test('tables and code are searched where data is not apart from them, what is written to never', t => {
	const one = (text: string): Buffer => data(100, {10: text});
	const [tables, code, constant, variable] = [
		{bytes: one('/opt/x/tables'), flags: 4},
		{bytes: one('/opt/x/code'), flags: PF_X | 4},
		{bytes: one('/opt/x/constant'), flags: 4},
		{bytes: one('/opt/x/variable'), flags: PF_W | 4},
	];
	const texts = (segments: readonly Segment[]) => find(t, segments).map(({text}) => text);
	t.deepEqual(texts([tables, code, constant, variable]), ['/opt/x/constant']);
	t.deepEqual(texts([constant, code, variable]), ['/opt/x/constant']);
	t.deepEqual(texts([code, variable]), ['/opt/x/code']);
	t.deepEqual(texts([variable]), []);
});

test('of very many strings the first thousand count', t => {
	const bytes = Buffer.from(Array.from({length: 3000}, (_, n) => `/opt/x/${n}\0`).join(''));
	const found = find(t, [{bytes, flags: 4}]);
	t.is(found.length, 1000);
	t.is(found.at(-1)?.text, '/opt/x/999');
});
