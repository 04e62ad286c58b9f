/**
 * Packing an installation of 50,000 files in a directory of its own into a .tar.gz, against `tar | pigz` over the
 * same directory: deciding what travels is nearly nothing there, and what is left is reading, digesting and compressing.
 */
import {copyFileSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {compareRuns, type Contestant} from './lib/compare-runs.js';
import type {Result} from './lib/result.js';

const ROUNDS = 5;
/** Of the clock. */
const LIMIT = 1.3;
const DIRECTORIES = 500;
const FILES_EACH = 100;
/** In bytes; as of modules, most are small and some large. */
const SIZES = [300, 700, 1500, 2500, 4000, 6000, 9000, 14_000, 20_000, 45_000];

const dynpk = join(import.meta.dirname, '../cmd/dynpk.js');

export function benchPrefix(scratch: string): Result[] {
	const prefix = join(scratch, 'sw');
	const bytes = makePrefix(prefix);
	const bundle = join(scratch, 'bundle.tar.gz');
	const contestants: readonly Contestant[] = [
		{
			name: 'tar and pigz',
			argv: ['sh', '-c', 'tar --create --directory="$0" . | pigz -p2', prefix],
			output: join(scratch, 'rival.tar.gz'),
		},
		{
			name: 'dynpk pack',
			argv: [process.execPath, dynpk, 'pack', join(prefix, 'bin/tool'), '--quiet', '-o', bundle],
			prepare: () => rmSync(bundle, {force: true}),
			output: join(scratch, 'said'),
		},
	];
	const what = `a prefix of ${DIRECTORIES * FILES_EACH} files, ${(bytes / 2 ** 20).toFixed(0)} MiB`;
	return compareRuns(contestants, ROUNDS).map(({name, wall, cpu, ratio, runs}) => {
		const aim = {text: `at most ${LIMIT}×`, met: ratio <= LIMIT};
		const base = {bench: 'prefix', what, name, wall, cpu, ratio, runs} as const;
		return name === 'dynpk pack' ? {...base, aim} : base;
	});
}

/** Returns how many bytes it has. */
function makePrefix(prefix: string): number {
	mkdirSync(join(prefix, 'bin'), {recursive: true});
	copyFileSync('/bin/true', join(prefix, 'bin/tool'));
	const text = makeText(64 << 10);
	let bytes = 0;
	for (let directory = 0; directory < DIRECTORIES; directory++) {
		const place = join(prefix, `lib/tool/part${directory}`);
		mkdirSync(place, {recursive: true});
		for (let file = 0; file < FILES_EACH; file++) {
			const size = SIZES[file % SIZES.length] ?? 0;
			const at = (directory * 131 + file * 17) % (text.length - size);
			writeFileSync(join(place, `module${file}.py`), text.subarray(at, at + size));
			bytes += size;
		}
	}

	return bytes;
}

/** Words by a fixed generator: it compresses to a third, as programs' texts do. */
function makeText(size: number): Buffer {
	let state = 1;
	const next = (limit: number): number => {
		state = (state * 1103515245 + 12345) % 2147483648;
		return Math.floor((state / 2147483648) * limit);
	};
	const words = Array.from({length: 2000}, () =>
		Array.from({length: 2 + next(9)}, () => 'abcdefghijklmnopqrstuvwxyz_'[next(27)]).join(''),
	);
	let text = '';
	while (text.length < size) {
		text += `${words[next(next(2) === 0 ? 100 : 2000)] ?? ''}${next(9) === 0 ? '\n' : ' '}`;
	}

	return Buffer.from(text.slice(0, size));
}
