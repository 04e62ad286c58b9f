/**
 * Thousands of damaged files: every answer is an object or a typed fault, and cheap.
 *
 * The generator is seeded, so a failure names the seed that repeats it.
 */
import fs, {readFileSync, writeFileSync} from 'node:fs';
import {syncBuiltinESMExports} from 'node:module';
import {join} from 'node:path';
import test from 'ava';
import {probeElf} from '../../lib/elf/probe-elf.js';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {hostPath} from '../../lib/paths/paths.js';
import {buildObjects} from '../helpers/elf/build-objects.js';
import {writeElf} from '../helpers/elf/elf-writer.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const MUTATIONS = 3000;
/** Bytes read for one damaged file, at most: the ceiling of headers and one read over it. */
const MAX_BYTES = 9 << 20;
const interesting = [0, 1, 0x7f, 0x80, 0xff];

/** A small linear generator; the high bits are the good ones. */
function makeRandom(seed: number): (below: number) => number {
	let state = seed;
	return below => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return Math.floor((state / 0x1_0000_0000) * below);
	};
}

/** Change a few bytes, mostly where the headers are. */
function mutate(good: Buffer, random: (below: number) => number): Buffer {
	const bytes = Buffer.from(good);
	for (let change = random(6); change >= 0; change--) {
		const at = random(random(2) === 0 ? bytes.length : Math.min(bytes.length, 0x400));
		const length = 1 + random(8);
		const value = interesting[random(interesting.length + 3)] ?? random(256);
		bytes.fill(value, at, Math.min(at + length, bytes.length));
	}

	return random(8) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes;
}

test.serial(
	'no damaged file gives anything but an object or a typed fault, with few bytes read',
	async t => {
		const world = await buildObjects(t, {
			'a.so': {needs: ['b.so'], runpath: '$ORIGIN', flags: ['-Wl,-z,now']},
			program: {libc: true, source: '#include <stdio.h>\nint main(void) { return puts(""); }'},
			'narrow.so': {bits: 32, needs: ['b.so']},
		});
		const written = [
			writeElf({class: 32, byteOrder: 'big', dynamic: {versionDefinitions: ['a', 'b']}}),
			writeElf({
				byteOrder: 'big',
				dynamic: {needed: ['x'], versionNeeds: [{file: 'x', versions: [{name: 'V'}]}]},
				notes: [{notes: [{owner: 'FDO', type: 0x407c_0c0a, contents: Buffer.from('[]\0')}]}],
			}),
		];
		const good = [
			...['a.so', 'program', 'narrow.so'].map(name => readFileSync(world.path(name))),
			...written.map(({bytes}) => bytes),
		];

		const path = hostPath(join(makeScratch(t), 'damaged'));
		const meter = meterReads();
		t.teardown(meter.stop);
		const answers = {object: 0, fault: 0, none: 0};
		for (let seed = 1; seed <= MUTATIONS; seed++) {
			writeFileSync(path, mutate(good[seed % good.length]!, makeRandom(seed)));
			meter.reset();
			try {
				answers[probeElf(path) === undefined ? 'none' : 'object'] += 1;
			} catch (error) {
				if (!(error instanceof DynpkError)) {
					t.fail(`seed ${seed}: ${String(error)}`);
				}

				answers.fault += 1;
			}

			if (meter.bytes() > MAX_BYTES) {
				t.fail(`seed ${seed}: ${meter.bytes()} bytes read`);
			}
		}

		t.log(answers);
		t.true(answers.object > 100 && answers.fault > 100 && answers.none > 10, 'mutations must vary');
	},
);

interface Meter {
	readonly bytes: () => number;
	readonly reset: () => void;
	readonly stop: () => void;
}

/** Count what `node:fs` reads from here on. */
function meterReads(): Meter {
	const {readSync} = fs;
	let bytes = 0;
	const counting = (...args: Parameters<typeof readSync>): number => {
		const count = readSync(...args);
		bytes += count;
		return count;
	};

	fs.readSync = counting as typeof readSync;
	syncBuiltinESMExports();
	return {
		bytes: () => bytes,
		reset() {
			bytes = 0;
		},
		stop() {
			fs.readSync = readSync;
			syncBuiltinESMExports();
		},
	};
}
