/**
 * `make bench`: what dynpk costs against its rivals and its limits.
 *
 * Each result is printed as a line of JSON when it is there, and all of them as tables at the end.
 * Arguments choose among `start`, `closure`, `pack`, `memory`, `paths`, `installed`, `prefix`, `forms` and `ranks`; without any, all are run. Figures of a
 * machine that does something else meanwhile mean little; the ratios mean more.
 */
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {benchClosure} from './closure.js';
import {benchForms} from './forms.js';
import type {Result} from './lib/result.js';
import {renderTable} from './lib/render-table.js';
import {benchInstalled} from './installed.js';
import {benchMemory} from './memory.js';
import {benchPack} from './pack.js';
import {benchPaths} from './paths.js';
import {benchPrefix} from './prefix.js';
import {benchRanks} from './ranks.js';
import {benchStart} from './start.js';

const benches = {
	start: benchStart,
	closure: benchClosure,
	pack: benchPack,
	memory: benchMemory,
	paths: benchPaths,
	installed: benchInstalled,
	prefix: benchPrefix,
	forms: benchForms,
	ranks: benchRanks,
};

const asked = process.argv.slice(2);
const chosen = Object.entries(benches).filter(
	([name]) => asked.length === 0 || asked.includes(name),
);
const scratch = mkdtempSync(join(tmpdir(), 'dynpk-bench-'));
const results: Result[] = [];
try {
	for (const [name, bench] of chosen) {
		const place = join(scratch, name);
		mkdirSync(place);
		for (const result of await bench(place)) {
			results.push(result);
			process.stdout.write(`${JSON.stringify(result)}\n`);
		}
	}
} finally {
	rmSync(scratch, {recursive: true, force: true});
}

process.stdout.write(renderTable(results));
