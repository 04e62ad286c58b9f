/** Replies of whoever is asked for names, damaged at random: nothing is read or written out of bounds. */
import {execFile} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {need} from '../helpers/run/need.js';
import {compileSanitized} from '../helpers/worlds/hosted-c.js';
import {makeScratch} from '../helpers/worlds/scratch.js';
import {nscdKnowing, sssdKnowing} from './lib/name-daemons.js';
import {alice} from './lib/name-host.js';

const run = promisify(execFile);

/** As in `enum subject` of wrappers/nss/answer.h. */
const subjects = [
	'user by name',
	'user by id',
	'group by name',
	'group by id',
	'groups of a user',
	'addresses of a host',
	'names of an address',
];
const nscd = nscdKnowing(alice);
const sssd = sssdKnowing(alice);
const number = Buffer.alloc(4);
number.writeUInt32LE(1000);
const passwd = 'alice:x:1000:1000:Alice Liddell:/home/user:/bin/sh\n';
const group = 'wonder:x:1000:alice,hatter\n';

/** By form, what answers each subject. */
const replies: Readonly<Record<string, readonly (Buffer | string | undefined)[]>> = {
	lines: [
		passwd,
		passwd,
		group,
		group,
		'alice                 1000 2000 4294967295\n',
		'192.0.2.7       STREAM white.rabbit\n192.0.2.7       DGRAM  \n2001:db8::192.0.2.7 STREAM \n::1 RAW\n',
		'192.0.2.7       white.rabbit rabbit bunny\n',
	],
	nscd: [
		nscd(0, Buffer.from('alice\0')),
		nscd(1, Buffer.from('1000\0')),
		nscd(2, Buffer.from('wonder\0')),
		nscd(3, Buffer.from('1000\0')),
		nscd(15, Buffer.from('alice\0')),
	],
	sssd: [
		sssd(0x11, Buffer.from('alice\0')),
		sssd(0x12, number),
		sssd(0x21, Buffer.from('wonder\0')),
		sssd(0x22, number),
		sssd(0x26, Buffer.from('alice\0')),
	],
};

async function compileFuzz(): Promise<string> {
	const sources = ['fuzz.c', 'answer.c', 'give.c', 'read-lines.c', 'read-nscd.c', 'read-sssd.c'];
	return compileSanitized(sources.map(name => `wrappers/nss/${name}`));
}

test('addresses are read as the C library reads them', async t => {
	if (!need(t, 'gcc')) return;
	const program = await compileFuzz();
	const {stdout} = await run(program, ['addresses', '1', '100000']);
	t.regex(stdout, /^accepted [1-9]/u);
});

test('no damaged reply leads out of bounds, and the good ones are read', async t => {
	if (!need(t, 'gcc')) return;
	t.timeout(300_000);
	const directory = makeScratch(t);
	const program = await compileFuzz();
	for (const [form, known] of Object.entries(replies)) {
		for (const [subject, reply] of known.entries()) {
			const file = join(directory, 'reply');
			writeFileSync(file, reply ?? '');
			const words = [form, file, String(subject), '1', '40000'];
			const {stdout} = await run(program, words);
			// A quarter of the copies is left whole, but for those that are cut off.
			const found = Number(/^found (\d+)$/mu.exec(stdout)?.[1]);
			t.true(found > 5000 && found < 40_000, `${form}, ${subjects[subject]}: ${found}`);
		}
	}
});
