/**
 * `make sweeps`: does the audit find fault with programs that do nothing wrong?
 *
 * Each program of data/programs.json and each job of data/jobs.json that is here is packed and started
 * from its bundle, told to warn and to enforce: whatever it says is a false finding, unless data explain
 * that something of the host is used indeed. Arguments choose among the programs.
 */
import {spawnSync} from 'node:child_process';
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {findOnPath} from '../../lib/inputs/target.js';
import {hostPath} from '../../lib/paths/paths.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import {projectRoot} from '../helpers/worlds/audit-world.js';
import {readData, readExplanations} from './lib/explanations.js';
import {inScratch} from './lib/in-scratch.js';
import type {Job} from './lib/trace-run.js';

const PATIENCE = 60_000;

const sysroot = openSysroot(hostPath('/'));
const explanations = readExplanations('audit-starts-explained.json');
const jobs = [
	...(readData('programs.json') as readonly Job[]),
	...(readData('jobs.json') as readonly Job[]),
];
const asked = process.argv.slice(2);
const chosen = jobs.filter(({program}) => asked.length === 0 || asked.includes(program));
const explained = new Set<string>();
let absent = 0;
let starts = 0;
let findings = 0;

/** What it says of its audit, a line each. */
function start(program: string, job: Job, {mode, work}: {mode: string; work: string}): string[] {
	rmSync(work, {recursive: true, force: true});
	mkdirSync(work);
	for (const [name, text] of Object.entries(job.files ?? {})) writeFileSync(join(work, name), text);
	const {stderr} = spawnSync(program, job.argv, {
		...{cwd: work, input: job.stdin ?? '', timeout: PATIENCE, killSignal: 'SIGKILL'},
		env: {PATH: '/usr/bin:/bin', HOME: work, LANG: 'C.UTF-8', DYNPK_AUDIT: mode},
	});
	starts += 1;
	return stderr
		.toString()
		.split('\n')
		.filter(line => /^dynpk(?:-audit)?: /u.test(line));
}

await inScratch(async scratch => {
	for (const program of new Set(chosen.map(job => job.program))) {
		const own = chosen.filter(job => job.program === program);
		const path = findOnPath(program, ['/usr/bin', '/bin', '/usr/games'], sysroot);
		const bundle = join(scratch, 'bundle');
		rmSync(bundle, {recursive: true, force: true});
		const dynpk = join(projectRoot, 'build/cmd/dynpk.js');
		const words = [dynpk, 'pack', path ?? program, '-o', bundle];
		const packed =
			path === undefined
				? undefined
				: spawnSync(process.execPath, words, {env: {PATH: '/usr/bin:/bin'}, stdio: 'pipe'});
		if (packed?.status !== 0) {
			absent += own.length;
			continue;
		}

		for (const job of own) {
			for (const mode of ['warn', 'enforce']) {
				for (const line of start(join(bundle, 'bin', program), job, {
					mode,
					work: join(scratch, 'work'),
				})) {
					const named =
						/(?<path>\/[^\s,]+)/u.exec(line.replaceAll(bundle, ''))?.groups?.path ?? line;
					if (explanations.explain(named, program) !== undefined) {
						explained.add(named);
					} else {
						findings += 1;
						console.log(`${program} ${job.argv.join(' ')} (${mode}): ${line}`);
					}
				}
			}
		}
	}

	await Promise.resolve();
});

console.log(
	`audit-starts: examined ${chosen.length - absent}, starts ${starts}, differing ${findings}, explained ${explained.size}, not here ${absent}`,
);
process.exitCode = findings === 0 ? 0 : 1;
