/**
 * dpkg's own files below `var/lib/dpkg`, read within the root: `status`, and `info/` with its lists.
 *
 * Links are followed inside the root and nowhere else; whatever is no regular file in the end is as
 * good as absent, so a FIFO blocks nobody. `info/` is not looked at through the sysroot, which
 * would list its thousands of names for each that is read.
 */
import {closeSync, fstatSync, lstatSync, readdirSync, readSync, type BigIntStats} from 'node:fs';
import {DynpkError, errnoOf, faultFromErrno} from '../errors/dynpk-error.js';
import {openToRead} from '../paths/open-to-read.js';
import {sysrootPath, type HostPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {StanzaPlace} from './dpkg-status.js';

/** Device, inode, size, and the times of content and inode in nanoseconds: five words of 64 bits. */
export type Identity = BigUint64Array;

export interface DpkgFiles {
	/** Where `info/` lies here. */
	readonly info: HostPath;
	infoIdentity(): Identity | undefined;
	statusIdentity(): Identity | undefined;
	/** The whole of `status`, a character for each byte, and which file that was. */
	status(): {readonly text: string; readonly identity: Identity | undefined};
	/** A part of it, if it still is the file that it was. */
	statusPart(place: StanzaPlace, identity: Identity): string | undefined;
	/** The names in `info/` that end in `.list`, without that. */
	listNames(): string[];
	/** Put down which file a list is, in five numbers; `false` for one that is none. */
	identifyList(name: string, into: Float64Array, at: number): boolean;
	/** The bytes of a list, good until the next call; empty for one that is not there, as dpkg takes it. */
	list(name: string): Buffer;
}

export const ADMIN_DIRECTORY = sysrootPath('/var/lib/dpkg');
export const STATUS_FILE = sysrootPath('/var/lib/dpkg/status');
export const INFO_DIRECTORY = sysrootPath('/var/lib/dpkg/info');

/** `undefined` for a database that is not in the one form known here, or just being changed. */
export function openDpkgFiles(sysroot: Sysroot): DpkgFiles | undefined {
	const info = locate(sysroot, INFO_DIRECTORY);
	const status = locate(sysroot, STATUS_FILE);
	if (info === undefined || status === undefined || hasPendingUpdates(sysroot)) {
		return undefined;
	}

	const readAll = makeReader();
	const read = (path: HostPath | undefined): Buffer =>
		(path === undefined
			? undefined
			: withRegularFile(path, (fd, {size}) => readAll(fd, size, path))) ?? Buffer.alloc(0);
	const placeOf = (name: string): HostPath | undefined => {
		const path = `${info}/${name}` as HostPath;
		return statusOf(path)?.isSymbolicLink() === true
			? locate(sysroot, sysrootPath(`${INFO_DIRECTORY}/${name}`))
			: path;
	};
	if (!/^1\s*$/u.test(read(placeOf('format')).toString('latin1'))) {
		return undefined;
	}

	return {
		info,
		infoIdentity: () => identityOf(statusOf(info), 'directory'),
		statusIdentity: () => identityOf(statusOf(status), 'file'),
		status: () =>
			withRegularFile(status, (fd, found) => ({
				text: readAll(fd, found.size, status).toString('latin1'),
				identity: identityOf(found, 'file'),
			})) ?? {text: '', identity: undefined},
		statusPart: ({offset, length}, identity) =>
			withRegularFile(status, (fd, found) =>
				isSame(identityOf(found, 'file'), identity) ? readPart(fd, offset, length) : undefined,
			),
		listNames: () =>
			readdirSync(info)
				.filter(name => LIST_NAME.test(name))
				.map(name => name.slice(0, -'.list'.length)),
		identifyList(name, into, at) {
			const path = `${info}/${name}.list` as HostPath;
			const found = lstatSync(path, {throwIfNoEntry: false});
			const place = found?.isSymbolicLink() === true ? placeOf(`${name}.list`) : undefined;
			const status = place === undefined ? found : lstatSync(place, {throwIfNoEntry: false});
			if (status?.isFile() !== true) {
				return false;
			}

			// Their times to a quarter of a microsecond: numbers of 64 bits cost three times as much.
			into[at] = status.dev;
			into[at + 1] = status.ino;
			into[at + 2] = status.size;
			into[at + 3] = status.mtimeMs;
			into[at + 4] = status.ctimeMs;
			return true;
		},
		list: name => read(placeOf(`${name}.list`)),
	};
}

export function isSame(a: Identity | undefined, b: Identity | undefined): boolean {
	return a !== undefined && b !== undefined && a.every((word, index) => word === b[index]);
}

/** No package has a name of other characters. */
const LIST_NAME = /^[\x21-\x7e]+\.list$/u;

/** While it works, dpkg notes each change in `updates/`, and writes `status` afterwards. */
function hasPendingUpdates(sysroot: Sysroot): boolean {
	const names = sysroot.list(sysrootPath('/var/lib/dpkg/updates')) ?? [];
	return names.some(name => /^\d+$/u.test(name));
}

/** Where a file of the root lies here, every link followed inside the root. */
function locate(sysroot: Sysroot, path: SysrootPath): HostPath | undefined {
	const real = sysroot.realPath(path);
	return real === undefined ? undefined : sysroot.hostPath(real);
}

function statusOf(path: HostPath): BigIntStats | undefined {
	try {
		return lstatSync(path, {bigint: true, throwIfNoEntry: false});
	} catch (error) {
		throw faultFromErrno(error, `cannot look at ${path}`);
	}
}

function identityOf(
	status: BigIntStats | undefined,
	kind: 'file' | 'directory',
): Identity | undefined {
	const fits = kind === 'file' ? status?.isFile() : status?.isDirectory();
	return status === undefined || fits !== true
		? undefined
		: BigUint64Array.of(status.dev, status.ino, status.size, status.mtimeNs, status.ctimeNs);
}

/** What leads nowhere that could be read, as against what may not be read. */
const NOTHING_THERE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO']);

function withRegularFile<T>(
	path: HostPath,
	use: (fd: number, status: BigIntStats) => T,
): T | undefined {
	let fd: number | undefined;
	try {
		// No link at the end, since those have been followed.
		fd = openToRead(path, {followsLink: false});
		const status = fstatSync(fd, {bigint: true});
		return status.isFile() ? use(fd, status) : undefined;
	} catch (error) {
		if (NOTHING_THERE.has(errnoOf(error) ?? '')) {
			return undefined;
		}

		throw error instanceof DynpkError ? error : faultFromErrno(error, `cannot read ${path}`);
	} finally {
		if (fd !== undefined) {
			closeSync(fd);
		}
	}
}

function readPart(fd: number, offset: number, length: number): string | undefined {
	const bytes = Buffer.alloc(length);
	return readSync(fd, bytes, 0, length, offset) === length ? bytes.toString('latin1') : undefined;
}

/** Far beyond any list; a sparse file of a hostile root is not read to its end. */
const SIZE_LIMIT = 1 << 28;

/** One piece of memory for thousands of files: new pages for each cost more than reading it does. */
function makeReader(): (fd: number, size: bigint, path: HostPath) => Buffer {
	let bytes = Buffer.allocUnsafeSlow(1 << 17);
	return (fd, size, path) => {
		if (size > SIZE_LIMIT) {
			throw new DynpkError('PACKAGE_UNKNOWN', `${path} is too large for a file of dpkg`);
		}

		if (bytes.length < size) {
			bytes = Buffer.allocUnsafeSlow(Number(size) * 2);
		}

		let total = 0;
		while (total < size) {
			const count = readSync(fd, bytes, total, Number(size) - total, null);
			if (count === 0) {
				throw new DynpkError('PACKAGE_UNKNOWN', `${path} changed while it was read`);
			}

			total += count;
		}

		return bytes.subarray(0, total);
	};
}
