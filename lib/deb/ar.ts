/** The outer archive of a package: members of an `ar` file, by position (deb(5)). */
import {DebError} from './deb-error.js';

export interface ArMember {
	readonly name: string;
	/** Where its bytes begin in the file. */
	readonly offset: number;
	readonly size: number;
}

export type ReadAt = (offset: number, length: number) => Buffer;

const MAGIC = '!<arch>\n';
const HEADER_LENGTH = 60;
/** A package has three members; dpkg allows others between them, but no one makes them. */
const MAX_MEMBERS = 64;

/** @throws {DebError} DEB_INVALID */
export function readArMembers(read: ReadAt, size: number, origin: string): readonly ArMember[] {
	if (size < MAGIC.length || read(0, MAGIC.length).toString('latin1') !== MAGIC) {
		throw new DebError('DEB_INVALID', 'not a Debian package', {package: origin});
	}

	const members: ArMember[] = [];
	let position = MAGIC.length;
	while (position < size) {
		if (position + HEADER_LENGTH > size || members.length === MAX_MEMBERS) {
			throw new DebError('DEB_INVALID', 'its members are truncated', {package: origin});
		}

		const member = parseHeader(read(position, HEADER_LENGTH), position, origin);
		if (member.offset + member.size > size) {
			throw new DebError('DEB_INVALID', 'truncated', {package: origin, entry: member.name});
		}

		members.push(member);
		position = member.offset + member.size + (member.size % 2);
	}

	return members;
}

function parseHeader(header: Buffer, position: number, origin: string): ArMember {
	const name = header.toString('latin1', 0, 16).trimEnd().replace(/\/$/u, '');
	const sizeText = header.toString('latin1', 48, 58).trimEnd();
	if (header.toString('latin1', 58, 60) !== '`\n' || !/^\d{1,10}$/u.test(sizeText)) {
		throw new DebError('DEB_INVALID', 'a member header is malformed', {package: origin});
	}

	return {name, offset: position + HEADER_LENGTH, size: Number.parseInt(sizeText, 10)};
}
