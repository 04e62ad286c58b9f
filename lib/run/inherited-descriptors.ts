/**
 * The open files we were started with, beyond the standard three.
 *
 * `dynpk run B diff <(a) <(b)` hands the program descriptors, but Node.js marks those it finds at its
 * start close-on-exec, so they have to be named again. Its own are told apart by what they are:
 * anonymous inodes, non-blocking ends, pipes with both ends here, and /dev/null.
 */
import {readdirSync, readFileSync, readlinkSync} from 'node:fs';

/** `O_CLOEXEC` and `O_NONBLOCK` of asm-generic/fcntl.h, in `flags:` of /proc/PID/fdinfo. */
const CLOSE_ON_EXEC = 0o2000000;
const NON_BLOCKING = 0o4000;
/** More are never handed over by a shell, and each costs a slot. */
const HIGHEST = 1023;

/** Those that a child would lose, in ascending order; without /proc none is known. */
export function listInheritedDescriptors(): readonly number[] {
	const open = listOpen()
		.map(Number)
		.filter(descriptor => descriptor > 2 && descriptor <= HIGHEST)
		.flatMap(describe);
	const bothEndsHere = (target: string): boolean =>
		target.startsWith('pipe:') && open.filter(other => other.target === target).length > 1;
	return open
		.filter(({flags}) => (flags & CLOSE_ON_EXEC) !== 0 && (flags & NON_BLOCKING) === 0)
		.filter(({target}) => !target.startsWith('anon_inode:') && target !== '/dev/null')
		.filter(({target}) => !bothEndsHere(target))
		.map(({descriptor}) => descriptor)
		.sort((a, b) => a - b);
}

function listOpen(): readonly string[] {
	try {
		return readdirSync('/proc/self/fd');
	} catch {
		return [];
	}
}

interface OpenDescriptor {
	readonly descriptor: number;
	readonly target: string;
	readonly flags: number;
}

/** Nothing for one that is closed by now, such as that of the listing itself. */
function describe(descriptor: number): OpenDescriptor[] {
	try {
		const target = readlinkSync(`/proc/self/fd/${descriptor}`);
		const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1');
		const flags = Number.parseInt(/^flags:\s*([0-7]+)$/mu.exec(info)?.[1] ?? '', 8);
		return Number.isNaN(flags) ? [] : [{descriptor, target, flags}];
	} catch {
		return [];
	}
}
