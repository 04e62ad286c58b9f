/**
 * `make prefixes`: make installations as people have them, pack them, run them on the foreign hosts, and write
 * docs/prefixes.md.
 *
 * Arguments are names of jobs; without any, all are tried, one after the other. What is known of the others
 * is kept in the cache of the tests. `KEEP=DIR` leaves what was made there.
 */
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {cacheDirectory} from '../hosts/lib/cache-directory.js';
import {prefixKinds} from './jobs/all.js';
import {renderTable} from './render-table.js';
import {isRight, runJob, type JobResult} from './run-job.js';

const report = join(import.meta.dirname, '../../../docs/prefixes.md');
const store = join(cacheDirectory(), 'prefixes.json');
const jobs = prefixKinds.flatMap(({jobs: own}) => own);
const asked = process.argv.slice(2);
const strangers = asked.filter(name => !jobs.some(job => job.name === name));
if (strangers.length > 0) throw new Error(`no job is called ${strangers.join(', ')}`);

let wrong = 0;
for (const job of jobs.filter(({name}) => asked.length === 0 || asked.includes(name))) {
	const scratch = place(job.name);
	let result: JobResult;
	try {
		result = await runJob(job, scratch);
	} catch (error) {
		result = {status: 'unfit', why: reasonOf(error)};
	} finally {
		if (process.env.KEEP === undefined) rmSync(scratch, {recursive: true, force: true});
	}

	const results = new Map<string, JobResult>([...known(), [job.name, result]]);
	if (!isRight(result) && result.status !== 'absent') wrong++;
	process.stdout.write(`${JSON.stringify({job: job.name, ...result})}\n`);
	writeFileSync(store, JSON.stringify([...results]));
	writeFileSync(report, renderTable(prefixKinds, results));
}

process.exitCode = wrong > 0 ? 1 : 0;

/** Of a build that failed, what it said in the end. */
function reasonOf(error: unknown): string {
	const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
	const last = said.split('\n').at(-1) ?? '';
	return last === '' ? (error instanceof Error ? error.message : String(error)) : last;
}

function known(): readonly (readonly [string, JobResult])[] {
	try {
		return JSON.parse(readFileSync(store, 'utf8')) as [string, JobResult][];
	} catch {
		return [];
	}
}

/** Short, because some jobs write it over paths that are compiled in; on a disk. */
function place(name: string): string {
	const keep = process.env.KEEP;
	if (keep === undefined) return mkdtempSync('/var/tmp/d-');
	const directory = join(keep, name);
	rmSync(directory, {recursive: true, force: true});
	mkdirSync(directory, {recursive: true});
	return directory;
}
