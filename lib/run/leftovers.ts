/**
 * Names for what is not finished, which tell whether their maker still lives; and removing what those
 * have left that do not.
 *
 * A process is known by its machine's start, its namespace of processes, its number and when it was
 * started (proc(5)). One of another machine, as on a shared home, is not asked about: what it
 * has left is removed after a day, by the clock of the file system.
 */
import {randomBytes} from 'node:crypto';
import {lstatSync, readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {removeTree} from '../archive/remove-tree.js';
import {errnoOf} from '../errors/dynpk-error.js';
import {hostPath, type HostPath} from '../paths/paths.js';

const PREFIX = '.new-';
const DAY = 86_400_000;

/** A name that nobody else makes. */
export function unfinishedName(): string {
	return `${PREFIX}${scene()}-${process.pid}-${startOf(process.pid) ?? 0}-${randomBytes(9).toString('hex')}`;
}

/** The same for what lasts no longer than a few calls: nobody asks whether its maker lives. */
export function passingName(): string {
	return `${PREFIX}0-${process.pid}-0-${randomBytes(9).toString('hex')}`;
}

export function isUnfinishedName(name: string): boolean {
	return name.startsWith(PREFIX);
}

/** Remove from a directory of ours what its makers will not finish. `now` is its file system's time. */
export function collectLeftovers(directory: HostPath, now: number): void {
	for (const name of readdirSync(directory).filter(isUnfinishedName)) {
		try {
			if (isAbandoned(`${directory}/${name}`, name, now)) {
				removeTree(hostPath(`${directory}/${name}`));
			}
		} catch (error) {
			// It may go, or be somebody's who keeps us from removing it.
			if (errnoOf(error) === undefined) {
				throw error;
			}
		}
	}
}

/** Whether the maker of an unfinished name is gone, or has been silent for a day. */
export function isAbandoned(path: string, name: string, now: number): boolean {
	const [, machine, pid, start] = /^\.new-([0-9a-f]+)-(\d+)-(\d+)-/u.exec(name) ?? [];
	return machine === scene() && start !== '0'
		? startOf(Number(pid)) !== start
		: now - lstatSync(path).mtimeMs > DAY;
}

/** Where process numbers mean the same; without /proc nowhere. */
function scene(): string {
	try {
		const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').replaceAll(
			/[^0-9a-f]/gu,
			'',
		);
		const processes = readlinkSync('/proc/self/ns/pid').replaceAll(/\D/gu, '');
		return `${boot.slice(0, 12)}${processes}`;
	} catch {
		return '0';
	}
}

/** When the process was started, in ticks since its machine was; `undefined` where there is none. */
function startOf(pid: number): string | undefined {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
		return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
	} catch {
		return undefined;
	}
}
