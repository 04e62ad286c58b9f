/**
 * A run of a program → what its processes read and started, and which program each of them was.
 *
 * The run has no terminal, no input but what the job gives, a home and a working directory of its own,
 * and as root nobody's rights: what it opens is what any user's run opens.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {
	chmodSync,
	mkdirSync,
	openSync,
	closeSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import {hostPath} from '../../../lib/paths/paths.js';
import {userDirectories} from '../../../lib/paths/program-directories.js';
import {openObservers} from '../../../lib/trace/observers.js';
import {makeStraceReader} from '../../../lib/trace/parse-strace.js';
import {asOrdinaryUser} from '../../helpers/run/ordinary-user.js';

export interface Job {
	readonly program: string;
	readonly argv: readonly string[];
	/** Files of the working directory, by name. */
	readonly files?: Readonly<Record<string, string>> | undefined;
	readonly stdin?: string | undefined;
	/** Set besides, or in the place of, what each run has. */
	readonly env?: Readonly<Record<string, string>> | undefined;
}

export interface Opening {
	readonly kind: 'started' | 'read';
	/** As the process named it. */
	readonly path: string;
	/** The program that asked. */
	readonly by: string;
}

export interface TracedRun {
	/** Nothing where it was stopped after {@link PATIENCE}. */
	readonly status: number | undefined;
	readonly openings: readonly Opening[];
}

/** In milliseconds: TeX and Java under a tracer take some seconds. */
const PATIENCE = 60_000;

export async function traceRun(program: string, job: Job, scratch: string): Promise<TracedRun> {
	const place = join(scratch, 'run');
	rmSync(place, {recursive: true, force: true});
	for (const name of ['', 'home', 'work', 'log']) {
		mkdirSync(join(place, name));
		chmodSync(join(place, name), 0o777);
	}

	for (const [name, text] of Object.entries(job.files ?? {})) {
		mkdirSync(dirname(join(place, 'work', name)), {recursive: true});
		writeFileSync(join(place, 'work', name), text);
	}

	writeFileSync(join(place, 'stdin'), job.stdin ?? '');
	const {under, strace, log} = openObservers({
		privateDirectory: hostPath(join(place, 'log')),
		auditStub: undefined,
		strace: hostPath('/usr/bin/strace'),
	});
	if (strace !== 'used') {
		throw new Error(strace);
	}

	const words = [...asOrdinaryUser(), ...under, program, ...job.argv];
	const status = await run(words, place, job.env);
	return {status, openings: [...readOpenings(readFileSync(log, 'utf8'), join(place, 'work'))]};
}

async function run(
	[command = '', ...argv]: readonly string[],
	place: string,
	env: Job['env'],
): Promise<number | undefined> {
	const stdin = openSync(join(place, 'stdin'), 'r');
	try {
		const child = spawn(command, argv, {
			cwd: join(place, 'work'),
			env: {
				PATH: userDirectories.join(':'),
				HOME: join(place, 'home'),
				LC_ALL: 'C.UTF-8',
				TERM: 'dumb',
				...env,
			},
			stdio: [stdin, 'ignore', 'ignore'],
			detached: true,
		});
		let timer: NodeJS.Timeout | undefined;
		const ended = once(child, 'exit') as Promise<[number | null]>;
		const stopped = new Promise<undefined>(resolve => {
			timer = setTimeout(() => resolve(undefined), PATIENCE);
		});
		const answer = await Promise.race([ended, stopped]);
		clearTimeout(timer);
		killGroup(child.pid);
		return answer?.[0] ?? undefined;
	} finally {
		closeSync(stdin);
	}
}

/** What the program left in the background, too. */
function killGroup(pid: number | undefined): void {
	try {
		process.kill(-(pid ?? Number.NaN), 'SIGKILL');
	} catch {
		// All have ended.
	}
}

const CHILD = /^(?<pid>\d+) +(?:clone3?|v?fork)\(.*\) += (?<child>\d+)/u;

function* readOpenings(log: string, directory: string): Generator<Opening> {
	const read = makeStraceReader(directory);
	const programs = new Map<string, string>();
	let first = '';
	for (const line of log.split('\n')) {
		const {pid = '', child} = CHILD.exec(line)?.groups ?? {};
		if (child !== undefined) {
			// The child may have spoken already, and then knows better.
			programs.set(child, programs.get(child) ?? programs.get(pid) ?? first);
		}

		const call = read(line);
		const caller = /^\d+/u.exec(line)?.[0] ?? '';
		if (call?.kind === 'started') {
			const by = programs.get(caller) ?? first;
			programs.set(caller, call.path);
			first = first === '' ? call.path : first;
			yield {kind: 'started', path: call.path, by: by === '' ? call.path : by};
		} else if (call?.kind === 'read') {
			yield {kind: 'read', path: call.path, by: programs.get(caller) ?? first};
		}
	}
}
