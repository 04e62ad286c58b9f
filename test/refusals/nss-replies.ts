/** Daemons and programs of a host that answer nonsense when they are asked for names. */
import test from 'ava';
import {ask, success, unavailable} from '../nss/lib/ask.js';
import {startNscd, startSssd, type Replier} from '../nss/lib/name-daemons.js';
import {getent, hostFiles} from '../nss/lib/name-host.js';

const user = 'alice:x:1000:1000:Alice Liddell:/home/user:/bin/sh\n';

/** Replies that no daemon sends, by what is wrong with them. */
const word = (...values: readonly number[]): Buffer =>
	Buffer.from(Int32Array.from(values.map(value => value | 0)).buffer);
const hostileNscd: Readonly<Record<string, Buffer>> = {
	'of another version': word(1, 1, 2, 2, 0, 0, 1, 1, 1),
	'with a negative length': Buffer.concat([
		word(2, 1, -1, 2, 0, 0, 1, 1, 1),
		Buffer.from('a\0x\0\0\0\0'),
	]),
	'with a length beyond its end': Buffer.concat([
		word(2, 1, 2, 2, 0, 0, 1, 1, 4000),
		Buffer.from('a\0x\0\0\0\0'),
	]),
	'that is cut off': word(2, 1, 2),
	'with bytes to spare': Buffer.concat([
		word(2, 1, 2, 2, 0, 0, 1, 1, 1),
		Buffer.from('a\0x\0\0\0\0spare'),
	]),
	'without an end of a string': Buffer.concat([
		word(2, 1, 2, 2, 0, 0, 1, 1, 1),
		Buffer.from('aaxx\0\0\0'),
	]),
	'that is empty': Buffer.alloc(0),
	'of eight megabytes': Buffer.alloc(8 << 20, 2),
};
const hostileSssd: Readonly<Record<string, Buffer>> = {
	'with two users': Buffer.concat([word(2, 0, 5, 5), Buffer.from('a\0x\0\0\0\0')]),
	'without a name': Buffer.concat([word(1, 0, 5, 5), Buffer.from('\0x\0\0\0\0')]),
	'that is cut off': Buffer.concat([word(1, 0, 5, 5), Buffer.from('a\0x\0')]),
	'with bytes to spare': Buffer.concat([word(1, 0, 5, 5), Buffer.from('a\0x\0\0\0\0\0')]),
	'that is empty': Buffer.alloc(0),
	'of eight megabytes': Buffer.alloc(8 << 20, 1),
};

test('a daemon that replies nonsense is passed over, and getent asked', async t => {
	const files = {...hostFiles('files'), ...getent()};
	let nscdReply: Buffer = Buffer.alloc(0);
	let sssdReply: Buffer = Buffer.alloc(0);
	const nscd = await startNscd(t, () => nscdReply);
	const sssd = await startSssd(t, () => sssdReply);
	for (const [replies, bind, set] of [
		[hostileNscd, nscd.bind, (bytes: Buffer) => void (nscdReply = bytes)],
		[hostileSssd, sssd.bind, (bytes: Buffer) => void (sssdReply = bytes)],
	] as const) {
		for (const [wrong, bytes] of Object.entries(replies)) {
			set(bytes);
			const asking = ['raw', 'ldap', 'getpwnam_r', 'alice', '100'];
			const answer = await ask(t, asking, {files, binds: [bind]});
			if (answer === undefined) return;
			t.is(answer, `${success} 4711\n${user}`, wrong);
		}
	}

	t.true(nscd.asked.length >= 8 && sssd.asked.length >= 12);
});

test('an SSSD of another protocol is not asked anything more', async t => {
	const refusing: Replier = () => undefined;
	const sssd = await startSssd(t, refusing, 2);
	const answer = await ask(t, ['raw', 'sss', 'getpwnam_r', 'alice', '100'], {
		files: {...hostFiles('files'), ...getent()},
		binds: [sssd.bind],
	});
	if (answer === undefined) return;
	t.is(answer, `${success} 4711\n${user}`);
	t.deepEqual(sssd.asked, ['1 ']);
});

const hostileLines: Readonly<Record<string, string>> = {
	'too few fields': 'alice:x:1000:1000:/home/user:/bin/sh',
	'a number with a sign': 'alice:x:-1:1000::/:/bin/sh',
	'a number beyond 32 bits': 'alice:x:4294967296:1000::/:/bin/sh',
	'no name': ':x:1000:1000::/:/bin/sh',
	'two lines': `${user}${user}`.trimEnd(),
};

test('a getent that says anything but one good line is not believed', async t => {
	for (const [wrong, line] of Object.entries(hostileLines)) {
		const files = {...hostFiles('files'), ...getent({'passwd alice': line})};
		const answer = await ask(t, ['raw', 'sss', 'getpwnam_r', 'alice', '100'], {files});
		if (answer === undefined) return;
		t.is(answer, `${unavailable} 0\n`, wrong);
	}
});

test('a getent without end is ended, and not believed', async t => {
	const files = {...hostFiles('files'), ...getent({}, 'exec yes')};
	const answer = await ask(t, ['raw', 'sss', 'getpwnam_r', 'alice', '100'], {files});
	if (answer !== undefined) t.is(answer, `${unavailable} 0\n`);
});
