/** What a host told is believed only when it has the published form. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {parseHostFacts, readHostFacts} from '../../lib/host/read-host-facts.js';
import {tellHost} from '../helpers/run/host-facts.js';
import {runCommand} from '../helpers/run/command.js';
import {mutate, seededRandom} from '../helpers/worlds/mutate.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

/** The code of the fault; `undefined` where there is none. */
function faultOf(bytes: Buffer): string | undefined {
	try {
		parseHostFacts(bytes, 'x.json');
		return undefined;
	} catch (error) {
		if (error instanceof DynpkError) return error.code;
		throw error;
	}
}

test('what is cut off anywhere is no answer of a host', async t => {
	const bytes = Buffer.from(JSON.stringify(await tellHost()));
	t.is(faultOf(bytes), undefined);
	for (let length = 0; length < bytes.length; length += 7) {
		t.is(faultOf(bytes.subarray(0, length)), 'HOST_INVALID', `${length}`);
	}
});

test('damaged bytes are refused, or still have the form', async t => {
	const bytes = Buffer.from(JSON.stringify(await tellHost()));
	const random = seededRandom(4);
	let refused = 0;
	for (let round = 0; round < 400; round++) {
		const fault = faultOf(mutate(bytes, random));
		t.true(fault === undefined || fault === 'HOST_INVALID');
		refused += fault === undefined ? 0 : 1;
	}

	t.true(refused > 100);
});

test('every fact of another kind is refused, and so are facts that are missing or nobody knows', async t => {
	const facts = JSON.parse(JSON.stringify(await tellHost())) as Record<string, unknown>;
	let tried = 0;
	const spoil = (record: Record<string, unknown>, at: string): void => {
		for (const [name, value] of Object.entries(record)) {
			const isOptional = /^\/places\/\d+\/(?!name|path|fileSystem)|^\/untold\/|\/highest\//u;
			for (const bad of [{a: [1]}, ['', 7], -1, undefined]) {
				if (bad === undefined && (isOptional.test(`${at}/${name}`) || Array.isArray(record)))
					continue;
				record[name] = bad;
				t.is(faultOf(Buffer.from(JSON.stringify(facts))), 'HOST_INVALID', `${at}/${name}`);
				tried++;
			}

			record[name] = value;
			if (typeof value === 'object' && value !== null) {
				spoil(value as Record<string, unknown>, `${at}/${name}`);
			}
		}
	};
	spoil(facts, '');
	t.true(tried > 300);
	t.is(faultOf(Buffer.from(JSON.stringify({...facts, extra: 1}))), 'HOST_INVALID');
});

test('the fault names the file, what is wrong and how to make one', t => {
	const directory = makeScratch(t);
	const path = join(directory, 'h.json');
	writeFileSync(path, '{"schema": "dynpk-host/2"}');
	const hint = 'on the host, a bundle makes one: NAME/libexec/dynpk/host --json > host.json';
	const invalid = t.throws(() => readHostFacts(path), {instanceOf: DynpkError});
	t.is(invalid.code, 'HOST_INVALID');
	t.true(invalid.message.startsWith(`${path} does not tell of a host: `));
	t.is(invalid.hint, hint);
	const absent = t.throws(() => readHostFacts(`${path}x`), {instanceOf: DynpkError});
	t.deepEqual([absent.code, absent.hint], ['TARGET_NOT_FOUND', hint]);
});

test('what is no file or far too large is not read', async t => {
	const pipe = join(makeScratch(t), 'pipe');
	await runCommand('mkfifo', [pipe]);
	t.throws(() => readHostFacts(pipe), {instanceOf: DynpkError, message: /regular file/u});
	const large = join(makeScratch(t), 'large');
	await runCommand('truncate', ['-s', '1G', large]);
	t.throws(() => readHostFacts(large), {instanceOf: DynpkError, message: /too many/u});
});
