/**
 * Which trees processes of this machine use: by their program, directories, open and mapped files, and
 * by the words that they were started with.
 *
 * Names are compared, and files by device and inode: in a namespace of mounts a file has another name.
 * Of a process that may not be looked at only the words are known (proc(5)); one of another namespace of
 * processes, or of another machine, is not seen at all.
 */
import {readdirSync, readFileSync, readlinkSync, statSync} from 'node:fs';
import {DynpkError} from '../errors/dynpk-error.js';
import type {HostPath} from '../paths/paths.js';
import {fileKey} from './measure-tree.js';
import {unlessRefused} from './unless-refused.js';

export interface Usable {
	readonly path: HostPath;
	readonly files: ReadonlySet<string>;
}

/** The number of a process that uses it, by the path of the tree. */
export type Users = ReadonlyMap<HostPath, number>;

/** @throws {DynpkError} IO where the processes cannot be seen: then anything may be in use. */
export function findUsers(trees: readonly Usable[]): Users {
	const users = new Map<HostPath, number>();
	for (const name of trees.length === 0 ? [] : namesInProc()) {
		if (/^\d+$/u.test(name)) {
			const {names, files} = lookAtProcess(`/proc/${name}`);
			for (const tree of trees) {
				const isUser =
					names.some(used => used === tree.path || used.includes(`${tree.path}/`)) ||
					files.some(file => tree.files.has(file));
				if (isUser && !users.has(tree.path)) {
					users.set(tree.path, Number(name));
				}
			}
		}
	}

	return users;
}

function namesInProc(): readonly string[] {
	if (unlessRefused(() => readlinkSync('/proc/self')) === undefined) {
		throw new DynpkError('IO', 'cannot tell which bundles are in use: /proc shows no processes', {
			hint: 'mount it: mount -t proc proc /proc',
		});
	}

	return readdirSync('/proc');
}

interface Traces {
	readonly names: readonly string[];
	readonly files: readonly string[];
}

function lookAtProcess(process: string): Traces {
	const links = ['exe', 'cwd', 'root'].map(link => `${process}/${link}`);
	const open = (unlessRefused(() => readdirSync(`${process}/fd`)) ?? []).map(
		fd => `${process}/fd/${fd}`,
	);
	const maps = (textOf(`${process}/maps`) ?? '').split('\n').flatMap(line => readMap(line) ?? []);
	const words = (textOf(`${process}/cmdline`) ?? '').split('\0');
	const led = [...links, ...open].flatMap(link => unlessRefused(() => readlinkSync(link)) ?? []);
	const stats = [...links, ...open].flatMap(link => {
		const status = unlessRefused(() => statSync(link, {throwIfNoEntry: false}));
		return status === undefined ? [] : [fileKey(status)];
	});
	return {
		names: [...words, ...led, ...maps.map(({path}) => path)],
		files: [...stats, ...new Set(maps.map(({file}) => file))],
	};
}

/** `ADDRESS PERMISSIONS OFFSET MAJOR:MINOR INODE PATH`. */
function readMap(line: string): {readonly path: string; readonly file: string} | undefined {
	const groups =
		/^\S+ \S+ \S+ (?<major>[0-9a-f]+):(?<minor>[0-9a-f]+) (?<inode>[1-9]\d*) +(?<path>\/.*)$/u.exec(
			line,
		)?.groups;
	return groups === undefined
		? undefined
		: {
				path: groups.path ?? '',
				file: fileKey({
					dev: deviceNumber(Number(`0x${groups.major}`), Number(`0x${groups.minor}`)),
					ino: Number(groups.inode),
				}),
			};
}

/** As makedev(3) has it, for numbers that the kernel gives. */
function deviceNumber(major: number, minor: number): number {
	return (minor & 0xff) + (major & 0xfff) * 0x100 + (minor & ~0xff) * 0x1000;
}

function textOf(file: string): string | undefined {
	return unlessRefused(() => readFileSync(file))?.toString();
}
