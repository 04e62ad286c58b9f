import test from 'ava';
import {DynpkError} from '../../../lib/errors/dynpk-error.js';
import {readXml} from '../../../lib/packages/set/xml-events.js';

/** What a document says, in one line a call; neighbouring texts as one. */
async function read(chunks: Iterable<Uint8Array>): Promise<readonly string[]> {
	const said: string[] = [];
	let text = '';
	const settle = (): void => {
		if (text !== '') {
			said.push(`"${text}"`);
		}

		text = '';
	};
	await readXml(inTurn(chunks), 'x.xml', {
		open(name, attributes) {
			settle();
			said.push([name, ...[...attributes].map(([key, value]) => `${key}=${value}`)].join(' '));
		},
		text(part) {
			text += part;
		},
		close(name) {
			settle();
			said.push(`/${name}`);
		},
	});
	return said;
}

async function* inTurn(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
	for (const chunk of chunks) {
		yield await Promise.resolve(chunk);
	}
}

function bytesOf(document: string): Iterable<Uint8Array> {
	return [...Buffer.from(document)].map(byte => Buffer.from([byte]));
}

test('elements, attributes, texts, entities and CDATA, wherever the chunks are cut', async t => {
	const document =
		'<?xml version="1.0"?>\n<!-- <a> --><r:a b="1 &lt; 2" c=\'"\'>ä&amp;&#x20ac;&#233;<d/><![CDATA[<&>]]></r:a>';
	const expected = ['r:a b=1 < 2 c="', '"ä&€é"', 'd', '/d', '"<&>"', '/r:a'];
	t.deepEqual(await read([Buffer.from(document)]), expected);
	t.deepEqual(await read(bytesOf(document)), expected);
});

for (const [what, document] of [
	['an element that closes another', '<a><b></a></b>'],
	['an element that nothing closes', '<a><b></b>'],
	['a second root', '<a/><b/>'],
	['nothing at all', ''],
	['an attribute twice', '<a b="1" b="2"/>'],
	['an entity of its own', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
	['an entity that is a property of every object', '<a>&constructor;</a>'],
	['a character that Unicode does not have', '<a>&#x110000;</a>'],
	['a document type after its root', '<a/><!DOCTYPE a>'],
	['elements nested 65 deep', `${'<a>'.repeat(65)}${'</a>'.repeat(65)}`],
] as const) {
	test(`a document with ${what} is refused`, async t => {
		const error = await t.throwsAsync(read([Buffer.from(document)]), {instanceOf: DynpkError});
		t.is(error.code, 'PACKAGE_INDEX_INVALID');
		t.regex(error.message, /^x\.xml is not valid XML: \S/u);
	});
}

for (const [what, start] of [
	['a tag', '<a><b '],
	['an attribute', '<a><b c="'],
	['a text', '<a>'],
	['a comment', '<a><!--'],
	['an entity', '<a>&'],
	['a document type', '<!DOCTYPE a ['],
] as const) {
	test(`${what} without an end is refused before all of it is read`, async t => {
		let chunks = 0;
		function* endless(): Generator<Uint8Array> {
			yield Buffer.from(start);
			for (; chunks < 100; chunks++) {
				yield Buffer.alloc(1 << 16, 'x');
			}
		}

		const error = await t.throwsAsync(read(endless()), {instanceOf: DynpkError});
		t.is(error.code, 'PACKAGE_INDEX_INVALID');
		t.true(chunks < 20);
	});
}

test('a fault of the handler reaches the caller as it is', async t => {
	const fault = new Error('enough');
	const reading = readXml(inTurn([Buffer.from('<a/>')]), 'x.xml', {
		open() {
			throw fault;
		},
		text: () => undefined,
		close: () => undefined,
	});
	t.is(await t.throwsAsync(reading), fault);
});
