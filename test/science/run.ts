/**
 * `make science`: pack what scientists carry, run it on the foreign hosts, and write docs/science.md.
 *
 * Arguments are names of sets; without any, all are tried, one after the other. What is known of the
 * others is kept in the cache of the tests, so that one set can be tried again. `KEEP=DIR` leaves
 * the bundles and working directories there.
 */
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {cacheDirectory} from '../hosts/lib/cache-directory.js';
import {renderTable} from './render-table.js';
import {isRight, runSet, type SetResult} from './run-set.js';
import {scienceKinds} from './sets/all.js';

const report = join(import.meta.dirname, '../../../docs/science.md');
const store = join(cacheDirectory(), 'science.json');
const sets = scienceKinds.flatMap(({sets: own}) => own);
const asked = process.argv.slice(2);
const strangers = asked.filter(name => !sets.some(set => set.name === name));
if (strangers.length > 0) throw new Error(`no set is called ${strangers.join(', ')}`);

let wrong = 0;
for (const set of sets.filter(({name}) => asked.length === 0 || asked.includes(name))) {
	const scratch = place(set.name);
	let result: SetResult;
	try {
		result = await runSet(set, scratch);
	} catch (error) {
		result = {status: 'unfit', why: error instanceof Error ? error.message : String(error)};
	} finally {
		if (process.env.KEEP === undefined) rmSync(scratch, {recursive: true, force: true});
	}

	// Another run may have found something out meanwhile.
	const results = new Map<string, SetResult>([...known(), [set.name, result]]);
	if (!isRight(result) && result.status !== 'absent') wrong++;
	process.stdout.write(`${JSON.stringify({set: set.name, ...result})}\n`);
	writeFileSync(store, JSON.stringify([...results]));
	writeFileSync(report, renderTable(scienceKinds, results));
}

process.exitCode = wrong > 0 ? 1 : 0;

function known(): readonly (readonly [string, SetResult])[] {
	try {
		return JSON.parse(readFileSync(store, 'utf8')) as [string, SetResult][];
	} catch {
		return [];
	}
}

/** On a disk: some bundles are larger than what is kept in memory. */
function place(name: string): string {
	const keep = process.env.KEEP;
	if (keep === undefined) return mkdtempSync('/var/tmp/dynpk-science-');
	const directory = join(keep, name);
	rmSync(directory, {recursive: true, force: true});
	mkdirSync(directory, {recursive: true});
	return directory;
}
