/**
 * `make sweeps`: do bundles lack a file that the programs in them open?
 *
 * Each program of data/programs.json and each job of data/jobs.json runs here under a tracer, and what
 * its processes read or started is compared with what `dynpk pack PROGRAM` would carry. What differs is
 * the host's or the user's by rules of the product, or explained by data, or printed. Arguments choose
 * among the programs.
 */
import {tmpdir} from 'node:os';
import {openDatabases} from '../../lib/installed/open-databases.js';
import {findOnPath} from '../../lib/inputs/target.js';
import {hostPath} from '../../lib/paths/paths.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import {readData, readExplanations} from './lib/explanations.js';
import {inScratch} from './lib/in-scratch.js';
import {findLeftBehind} from './lib/left-behind.js';
import {planOf} from './lib/plan-of.js';
import {traceRun, type Job} from './lib/trace-run.js';

const sysroot = openSysroot(hostPath('/'));
const {databases} = openDatabases(sysroot, {cache: undefined, temporary: hostPath(tmpdir())});
const explanations = readExplanations('opened-files-explained.json');
const jobs = [
	...(readData('programs.json') as readonly Job[]),
	...(readData('jobs.json') as readonly Job[]),
];
const asked = process.argv.slice(2);
const chosen = jobs.filter(({program}) => asked.length === 0 || asked.includes(program));
const differing = new Set<string>();
const explained = new Set<string>();
let absent = 0;

await inScratch(async scratch => {
	for (const program of new Set(chosen.map(job => job.program))) {
		const own = chosen.filter(job => job.program === program);
		// What the administrator put into /usr/local no package owns.
		const path = findOnPath(program, ['/usr/bin', '/bin', '/usr/games'], sysroot);
		if (path === undefined) {
			absent += own.length;
			continue;
		}

		const plan = await planOf(path, scratch, sysroot);
		for (const job of own) {
			const {status, openings} = await traceRun(path, job, scratch);
			if (status !== 0) {
				console.error(`${program} ${job.argv.join(' ')}: ended with ${status ?? 'nothing'}`);
			}

			const opened = openings.filter(opening => !opening.path.startsWith(scratch));
			for (const {missing, by} of findLeftBehind(opened, {plan, sysroot, databases})) {
				if (explanations.explain(missing, program) !== undefined) {
					explained.add(missing);
				} else if (!differing.has(missing)) {
					differing.add(missing);
					console.log(`${missing}\t${program}, by ${by}`);
				}
			}
		}
	}
});

const unused = asked.length === 0 && absent === 0 ? explanations.unused() : [];
for (const patterns of unused) {
	console.log(`explains nothing: ${patterns}`);
}

console.log(
	`opened-files: examined ${chosen.length - absent}, differing ${differing.size}, explained ${explained.size}, not here ${absent}`,
);
process.exitCode = differing.size + unused.length === 0 ? 0 : 1;
