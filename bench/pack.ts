/**
 * Packing a program by its closure into a .tar.gz, against `tar | pigz` over the same files.
 *
 * The rival is told what to pack: the sources that the bundle's own manifest lists. What it does not
 * do is most of what dynpk is for, finding them, so the ratio holds the price of all that.
 */
import {spawnSync} from 'node:child_process';
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {compareRuns, type Contestant} from './lib/compare-runs.js';
import type {Result} from './lib/result.js';

const ROUNDS = 11;
/** Of the clock. */
const LIMIT = 2.2;

const programs = ['/usr/bin/convert-im6.q16', '/usr/bin/git'];
const dynpk = join(import.meta.dirname, '../cmd/dynpk.js');

export function benchPack(scratch: string): Result[] {
	return programs.flatMap(program => benchProgram(program, scratch));
}

function benchProgram(program: string, scratch: string): Result[] {
	const list = join(scratch, 'sources');
	const {sources, bytes} = sourcesOf(program, scratch);
	writeFileSync(list, sources.map(path => `${path}\n`).join(''));
	const bundle = join(scratch, 'bundle.tar.gz');
	const contestants: readonly Contestant[] = [
		{
			name: 'tar and pigz',
			argv: [
				'sh',
				'-c',
				'tar --create --dereference --absolute-names --files-from="$0" | pigz -p2',
				list,
			],
			output: join(scratch, 'rival.tar.gz'),
		},
		{
			name: 'dynpk pack',
			argv: packing(program, bundle),
			prepare: () => rmSync(bundle, {force: true}),
			output: join(scratch, 'said'),
		},
	];
	const what = `${program} by closure: ${sources.length} files, ${(bytes / 2 ** 20).toFixed(1)} MiB`;
	return compareRuns(contestants, ROUNDS).map(({name, wall, cpu, ratio, runs}) => {
		const aim = {text: `at most ${LIMIT}×`, met: ratio <= LIMIT};
		const base = {bench: 'pack', what, name, wall, cpu, ratio, runs} as const;
		return name === 'dynpk pack' ? {...base, aim} : base;
	});
}

function packing(program: string, output: string): string[] {
	const options = ['--scope', 'closure', '--quiet', '--output', output];
	return [process.execPath, dynpk, 'pack', program, ...options];
}

interface ManifestFile {
	readonly kind: string;
	readonly source?: string;
	readonly size?: number;
}

/** What the bundle holds of this machine's files, by its manifest. */
function sourcesOf(
	program: string,
	scratch: string,
): {readonly sources: string[]; readonly bytes: number} {
	const directory = join(scratch, 'unpacked');
	const [file = '', ...args] = packing(program, directory);
	const result = spawnSync(file, args, {encoding: 'utf8', env: {PATH: '/usr/bin:/bin'}});
	if (result.status !== 0) {
		throw new Error(`cannot pack ${program}: ${result.stderr}`);
	}

	const manifest = JSON.parse(readFileSync(join(directory, 'dynpk.json'), 'utf8')) as {
		readonly files: readonly ManifestFile[];
	};
	rmSync(directory, {recursive: true});
	const copied = manifest.files.filter(({kind, source}) => kind === 'file' && source !== undefined);
	return {
		sources: copied.flatMap(({source}) => source ?? []),
		bytes: copied.reduce((total, {size = 0}) => total + size, 0),
	};
}
