/** What is ELF and what is not, and that looking never hangs. */
import {execFileSync} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, mkdirSync, symlinkSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import test from 'ava';
import {probeElf} from '../../lib/elf/probe-elf.js';
import {readElf} from '../../lib/elf/read-elf.js';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {hostPath} from '../../lib/paths/paths.js';
import {writeElf} from '../helpers/elf/elf-writer.js';
import {makeScratch, scratchFile} from '../helpers/worlds/scratch.js';

const notElf = {
	'an empty file': Buffer.alloc(0),
	'a script': Buffer.from('#!/bin/sh\nexit 0\n# long enough to hold a header\n'),
	'the magic and nothing else': Buffer.from('\x7fELF', 'latin1'),
	'one bit of the magic flipped': Buffer.from('\x7fELG\x02\x01\x01'.padEnd(100, '\0'), 'latin1'),
};

for (const [title, bytes] of Object.entries(notElf)) {
	test(`probing answers nothing, reading refuses: ${title}`, t => {
		const path = scratchFile(t, bytes);
		t.is(probeElf(path), undefined);
		t.throws(() => readElf(path), {instanceOf: DynpkError, code: 'ELF_INVALID'});
	});
}

test('a directory, a FIFO, a device and a socket are not ELF, and none of them hangs', async t => {
	const scratch = makeScratch(t);
	const at = (name: string) => hostPath(join(scratch, name));
	mkdirSync(at('directory'));
	execFileSync('mkfifo', [at('fifo')]);
	const server = createServer().listen(at('socket'));
	await once(server, 'listening');
	t.teardown(() => server.close());

	for (const path of [at('directory'), at('fifo'), at('socket'), hostPath('/dev/zero')]) {
		t.is(probeElf(path), undefined, path);
	}

	t.throws(() => readElf(at('directory')), {code: 'ELF_INVALID', message: /is a directory$/u});
});

test('an absent file is a fault that keeps its errno, not an answer', t => {
	const path = hostPath(join(makeScratch(t), 'absent'));
	const fault = t.throws(() => probeElf(path), {instanceOf: DynpkError, code: 'IO'});
	t.like(fault.cause, {code: 'ENOENT'});
});

test('an unreadable file is a fault of permission', t => {
	const path = scratchFile(t, writeElf().bytes);
	chmodSync(path, 0);
	// The superuser reads it all the same.
	if (process.getuid?.() === 0) {
		t.not(probeElf(path), undefined);
	} else {
		t.throws(() => probeElf(path), {code: 'PERMISSION'});
	}
});

test('two names of one file have one identity, copies have not', t => {
	const scratch = makeScratch(t);
	const path = scratchFile(t, writeElf().bytes);
	const link = hostPath(join(scratch, 'link'));
	symlinkSync(path, link);
	t.is(readElf(link).fileId, readElf(path).fileId);
	t.is(readElf(link).path, link);
	t.not(readElf(scratchFile(t, writeElf().bytes)).fileId, readElf(path).fileId);
});
