/**
 * One file → one ElfObject: open, read the headers, close.
 *
 * Synchronous, because a closure is thousands of tiny reads of cached pages.
 */
import {closeSync, fstatSync, readSync} from 'node:fs';
import {faultFromErrno, errnoOf} from '../errors/dynpk-error.js';
import {openToRead} from '../paths/open-to-read.js';
import type {HostPath} from '../paths/paths.js';
import {decodeObject} from './decode-object.js';
import type {ElfObject} from './elf-object.js';
import {fileBytes} from './file-bytes.js';
import {ELF_MAGIC, IDENT_SIZE} from './file-header.js';

export type Opened =
	| {readonly status: 'elf'; readonly object: ElfObject}
	| {readonly status: 'not-elf'; readonly reason: string; readonly script?: Buffer};

/** As much as the kernel looks at of a script (BINPRM_BUF_SIZE, linux/binfmts.h). */
const SCRIPT_HEAD = 256;
const HASH_BANG = 0x2321;

/**
 * Open a file and decode its headers. Of one that is known to be a regular file no more than the first
 * bytes are asked for, where these tell that it is not ELF.
 *
 * @throws {DynpkError} ELF_TRUNCATED, ELF_INVALID or NAME_NOT_UTF8 for a file that has the magic
 * and is damaged; PERMISSION or IO for one that cannot be opened.
 */
export function openElf(path: HostPath, {isFile = false} = {}): Opened {
	const fd = openFile(path);
	if (fd === undefined) {
		return {status: 'not-elf', reason: 'is not a regular file'};
	}

	try {
		const begin = isFile ? readHead(fd) : undefined;
		if (begin !== undefined && !hasMagic(begin)) {
			return describeOther(begin);
		}

		// Overlay file systems use inode numbers beyond 2^53.
		const status = fstatSync(fd, {bigint: true});
		if (!status.isFile()) {
			const kind = status.isDirectory() ? 'a directory' : 'not a regular file';
			return {status: 'not-elf', reason: `is ${kind}`};
		}

		const file = fileBytes(fd, path, Number(status.size));
		const {bytes: head} = file.at(0, Math.min(SCRIPT_HEAD, file.size), 'e_ident');
		return hasMagic(head)
			? {status: 'elf', object: decodeObject(file, `${status.dev}:${status.ino}`)}
			: describeOther(head);
	} finally {
		closeSync(fd);
	}
}

/** One for all files. */
const room = Buffer.allocUnsafeSlow(SCRIPT_HEAD);

/** `undefined` where that fails or brings too little: why, is then found out. */
function readHead(fd: number): Buffer | undefined {
	try {
		const count = readSync(fd, room, 0, SCRIPT_HEAD, 0);
		return count < IDENT_SIZE ? undefined : room.subarray(0, count);
	} catch {
		return undefined;
	}
}

function hasMagic(head: Buffer): boolean {
	return head.length >= IDENT_SIZE && head.readUInt32BE(0) === ELF_MAGIC;
}

const TOO_SHORT = Object.freeze({status: 'not-elf', reason: 'is too short'} as const);
const NO_MAGIC = Object.freeze({
	status: 'not-elf',
	reason: 'does not begin with the ELF magic',
} as const);

/** Whoever asks whether a file is ELF asks next whether it is a script; so it is not opened again. */
function describeOther(head: Buffer): Opened {
	const other = head.length < IDENT_SIZE ? TOO_SHORT : NO_MAGIC;
	return head.length > 2 && head.readUInt16BE(0) === HASH_BANG
		? {...other, script: Buffer.from(head.subarray(0, SCRIPT_HEAD))}
		: other;
}

function openFile(path: HostPath): number | undefined {
	try {
		return openToRead(path);
	} catch (error) {
		const errno = errnoOf(error);
		// What open(2) says of sockets and of devices nothing drives.
		if (errno === 'ENXIO' || errno === 'ENODEV') {
			return undefined;
		}

		throw faultFromErrno(error, `cannot open ${path}`);
	}
}
