/**
 * Which trees processes of this machine use: by their program, directories, open and mapped files, and
 * by the words that they were started with.
 *
 * Names are compared, and files by device and inode where the name does not lead to them: in a namespace of
 * mounts a file has another name. Trees have files in common, so a name that leads to one is believed.
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
	/** Its files' keys. */
	readonly files: Pick<ReadonlyMap<string, unknown>, 'has'>;
}

/** The number of a process that uses it, by the path of the tree. */
export type Users = ReadonlyMap<HostPath, number>;

/** @throws {DynpkError} IO where the processes cannot be seen: then anything may be in use. */
export function findUsers(trees: readonly Usable[]): Users {
	const users = new Map<HostPath, number>();
	for (const name of trees.length === 0 ? [] : namesInProc()) {
		if (/^\d+$/u.test(name)) {
			const {words, files} = lookAtProcess(`/proc/${name}`);
			for (const tree of trees) {
				const leads = (used: string): boolean =>
					used === tree.path || used.includes(`${tree.path}/`);
				const isUser =
					words.some(leads) ||
					files.some(used => leads(used.path) || (tree.files.has(used.file) && !isNamed(used)));
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

/** A file by the name that the kernel has for it, and by its key. */
interface UsedFile {
	readonly path: string;
	readonly file: string;
}

interface Traces {
	readonly words: readonly string[];
	readonly files: readonly UsedFile[];
}

function isNamed({path, file}: UsedFile): boolean {
	const status = unlessRefused(() => statSync(path, {throwIfNoEntry: false}));
	return status !== undefined && fileKey(status) === file;
}

function lookAtProcess(process: string): Traces {
	const links = ['exe', 'cwd', 'root'].map(link => `${process}/${link}`);
	const open = (unlessRefused(() => readdirSync(`${process}/fd`)) ?? []).map(
		fd => `${process}/fd/${fd}`,
	);
	const maps = (textOf(`${process}/maps`) ?? '').split('\n').flatMap(line => readMap(line) ?? []);
	const led = [...links, ...open].flatMap(link => {
		const path = unlessRefused(() => readlinkSync(link));
		const status = unlessRefused(() => statSync(link, {throwIfNoEntry: false}));
		return path === undefined ? [] : [{path, file: status === undefined ? '' : fileKey(status)}];
	});
	return {
		words: (textOf(`${process}/cmdline`) ?? '').split('\0'),
		files: [...led, ...new Map(maps.map(map => [map.path, map])).values()],
	};
}

/** `ADDRESS PERMISSIONS OFFSET MAJOR:MINOR INODE PATH`. */
function readMap(line: string): UsedFile | undefined {
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
