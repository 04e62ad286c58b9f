import {execFileSync} from 'node:child_process';
import {copyFileSync, existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import test from 'ava';
import {DebError} from '../../lib/deb/deb-error.js';
import {parseDeb822, readDeb822} from '../../lib/deb/deb822.js';
import {missingHere} from '../helpers/run/need.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

test('paragraphs are told apart by blank lines, fields by their names without case', t => {
	const [a, b, ...rest] = parseDeb822('Package: a\nVERSION: 1\n\n \nPackage: b\n\n', 'control');
	t.is(a?.get('version'), '1');
	t.is(b?.get('package'), 'b');
	t.deepEqual(rest, []);
});

test('a field goes on where a line begins with a blank', t => {
	const [paragraph] = parseDeb822(
		'Description: short\n long\n .\n\tmore\n# comment\nX: y',
		'control',
	);
	t.is(paragraph?.get('description'), 'short\nlong\n.\nmore');
	t.is(paragraph?.get('x'), 'y');
});

test('only the fields that are asked for are kept', t => {
	const [paragraph] = parseDeb822('A: 1\n more\nB: 2\n', 'control', new Set(['b']));
	t.deepEqual([...(paragraph ?? [])], [['b', '2']]);
});

for (const [problem, text] of [
	['no colon', 'Package\n'],
	['a continuation of nothing', ' more\n'],
	['a field twice', 'A: 1\na: 2\n'],
] as const) {
	test(`${problem} is an error that names the file`, t => {
		t.throws(() => parseDeb822(text, 'the-index'), {instanceOf: DebError, message: /the-index/u});
	});
}

async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
	const bytes = Buffer.from(text);
	for (let at = 0; at < bytes.length; at += size) {
		yield await Promise.resolve(bytes.subarray(at, at + size));
	}
}

test('a stream gives the same paragraphs, wherever its chunks end', async t => {
	const text = 'Package: ä\nDescription: x\n y\n\nPackage: b\n\n\nPackage: c';
	for (const size of [1, 2, 3, 7, 1000]) {
		const found: unknown[] = [];
		for await (const paragraph of readDeb822(inPieces(text, size), 'stream')) {
			found.push(paragraph);
		}

		t.deepEqual(found, parseDeb822(text, 'whole'), `${size}`);
	}
});

test("dpkg's own status file is read as dpkg-query reads it", t => {
	const status = '/var/lib/dpkg/status';
	if (!existsSync(status)) {
		missingHere(t, 'needs a dpkg database');
		return;
	}

	// Both read one copy: packages may be installed meanwhile.
	const directory = makeScratch(t);
	const copy = join(directory, 'status');
	copyFileSync(status, copy);
	const ours = parseDeb822(readFileSync(copy, 'utf8'), copy)
		.filter(paragraph => paragraph.get('status') === 'install ok installed')
		.map(paragraph => `${paragraph.get('package') ?? ''} ${paragraph.get('version') ?? ''}`);
	const theirs = execFileSync(
		'dpkg-query',
		[`--admindir=${directory}`, '-W', '-f', '${db:Status-Status} ${Package} ${Version}\n'],
		{encoding: 'utf8', maxBuffer: 1 << 26},
	)
		.split('\n')
		.filter(line => line.startsWith('installed '))
		.map(line => line.slice('installed '.length));
	t.deepEqual([...ours].sort(), theirs.sort());
});

test('a paragraph that does not end is refused before it is all of memory', async t => {
	function* endless(): Generator<Buffer> {
		const piece = Buffer.alloc(1 << 20, 'a: b\n');
		for (;;) {
			yield piece;
		}
	}

	const reading = readDeb822(Readable.from(endless()), 'index').next();
	await t.throwsAsync(reading, {instanceOf: DebError, message: /does not end/u});
});
