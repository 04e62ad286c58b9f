import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {exitStatuses} from '../../lib/errors/dynpk-error.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratch} from '../helpers/worlds/scratch.js';
import {rawMember} from '../helpers/worlds/tar-writer.js';

/** 2 to this power, as the window byte of RFC 8878 has it. */
const windowByte = (power: number): number => (power - 10) << 3;
const ordinary = windowByte(17);
const oversized = windowByte(30);

/** A frame of one uncompressed block. */
function frame(window: number, content: Buffer): Buffer {
	const blockHeader = Buffer.alloc(3);
	blockHeader.writeUIntLE((content.length << 3) | 1, 0, 3);
	return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, window]), blockHeader, content]);
}

const start = rawMember({name: 'top/', type: '5'});
const rest = Buffer.concat([
	rawMember({name: 'top/x', body: Buffer.from('x')}),
	Buffer.alloc(1024),
]);

const archives = {
	first: Buffer.concat([frame(oversized, start), frame(ordinary, rest)]),
	second: Buffer.concat([frame(ordinary, start), frame(oversized, rest)]),
};

/** `run` keeps the statuses below 125 for the program. */
const statuses = {run: 125, inspect: exitStatuses.ARCHIVE_INVALID};

for (const [which, bytes] of Object.entries(archives)) {
	for (const [command, status] of Object.entries(statuses)) {
		test(`dynpk ${command} refuses an archive whose ${which} zstd frame wants 1 GiB of memory`, async t => {
			if (!need(t, 'zstd')) return;
			const scratch = makeScratch(t);
			const archive = join(scratch, 'a.tar.zst');
			writeFileSync(archive, bytes);
			mkdirSync(join(scratch, 'nothing'));
			for (const [PATH, says] of [
				[process.env.PATH, /a\.tar\.zst: zstd: .*memory/u],
				[join(scratch, 'nothing'), /a\.tar\.zst: zstd: a window of 1073741824 bytes/u],
			] as const) {
				const answer = await runDynpk([command, archive], {
					env: {PATH, XDG_CACHE_HOME: join(scratch, 'cache')},
				});
				t.is(answer.status, status, answer.stderr);
				t.regex(answer.stderr, says);
			}
		});
	}
}
