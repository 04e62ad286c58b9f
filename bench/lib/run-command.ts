/** Run one command to its end and tell what it took. */
import {spawnSync} from 'node:child_process';
import {closeSync, openSync, readFileSync} from 'node:fs';

export interface Command {
	readonly argv: readonly string[];
	/** Where its standard output goes; nobody reads it while the clock runs. */
	readonly output: string;
	/** Added to a plain environment. */
	readonly env?: Readonly<Record<string, string>>;
	/** What `ldd` and `lddtree` answer when a program in the list is not for them. */
	readonly mayFail?: boolean;
}

export interface Cost {
	/** Seconds on the clock. */
	readonly wall: number;
	/** Seconds on all processors, of the command and of what it waited for. */
	readonly cpu: number;
	readonly stderr: string;
}

export function runCommand({argv, output, env = {}, mayFail = false}: Command): Cost {
	const [file, ...args] = argv;
	if (file === undefined) {
		throw new Error('no command');
	}

	const out = openSync(output, 'w');
	const cpuBefore = cpuOfChildren();
	const start = performance.now();
	const result = spawnSync(file, args, {
		stdio: ['ignore', out, 'pipe'],
		env: {...plainEnvironment, ...env},
		encoding: 'utf8',
		maxBuffer: 1 << 28,
	});
	const wall = (performance.now() - start) / 1000;
	closeSync(out);
	if (result.error !== undefined || (result.status !== 0 && !mayFail)) {
		throw new Error(`${file} failed: ${result.stderr}`, {cause: result.error});
	}

	return {wall, cpu: cpuOfChildren() - cpuBefore, stderr: result.stderr};
}

/** As a user without wrappers in front of the system's tools would have it. */
const plainEnvironment = {PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', HOME: '/nonexistent'};

/** USER_HZ is 100 on every Linux that Node.js runs on. */
const TICKS_A_SECOND = 100;

/** `cutime` and `cstime` of proc(5): children that have ended, with theirs. */
function cpuOfChildren(): number {
	const text = readFileSync('/proc/self/stat', 'utf8');
	const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
	return (Number(fields[13]) + Number(fields[14])) / TICKS_A_SECOND;
}
