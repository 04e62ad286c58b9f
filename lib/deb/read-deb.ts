/**
 * A Debian package file → its facts, without touching the data archive.
 *
 * The control archive is small and read whole, within a limit. Maintainer scripts are facts here:
 * nothing in this project runs them.
 */
import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import type {DecompressOptions} from '../decompress/decompress.js';
import {readArMembers, type ArMember, type ReadAt} from './ar.js';
import {DebError} from './deb-error.js';
import {parseDeb822, type Paragraph} from './deb822.js';
import {decompressMember} from './member-compression.js';
import {parseRelations, type DebDependency} from './relations.js';
import {readTarEntries} from './tar-entries.js';

export interface DebPackage {
	/** The path it was opened by. */
	readonly path: string;
	readonly name: string;
	readonly version: string;
	readonly architecture: string;
	/** Every field of the control file, by lower-case name. */
	readonly control: Paragraph;
	readonly dependencies: DebDependencies;
	/** From `md5sums`: absolute path → lowercase hexadecimal. */
	readonly md5sums: ReadonlyMap<string, string>;
	/** Absolute paths of files that an administrator may edit. */
	readonly conffiles: readonly string[];
	readonly maintainerScripts: readonly MaintainerScript[];
	/** The text of the `triggers` file. */
	readonly triggers: string | undefined;
	readonly data: ArMember;
}

export type DebDependencies = Readonly<Record<DebDependencyKind, readonly DebDependency[]>>;

export type DebDependencyKind = keyof typeof dependencyFields;

export interface MaintainerScript {
	readonly name: 'preinst' | 'postinst' | 'prerm' | 'postrm' | 'config';
	/** The words of its `#!` line; absent for a compiled one. */
	readonly interpreter: readonly string[] | undefined;
	readonly text: string;
}

export const dependencyFields = {
	depends: 'depends',
	preDepends: 'pre-depends',
	recommends: 'recommends',
	suggests: 'suggests',
	enhances: 'enhances',
	provides: 'provides',
	conflicts: 'conflicts',
	breaks: 'breaks',
	replaces: 'replaces',
} as const;

const scriptNames = ['preinst', 'postinst', 'prerm', 'postrm', 'config'] as const;

const CONTROL_LIMIT = 64 * 1024 * 1024;

/** @throws {DebError} */
export async function readDeb(path: string, options: DecompressOptions = {}): Promise<DebPackage> {
	const fd = openSync(path, 'r');
	try {
		const {size} = fstatSync(fd);
		const read = makeReader(fd, path);
		const members = readArMembers(read, size, path);
		requireFormat(members, read, path);
		const control = findMember(members, 'control.tar', path);
		const data = findMember(members, 'data.tar', path);
		const files = await readControlFiles(read, control, path, options);
		return assemble(path, files, data);
	} finally {
		closeSync(fd);
	}
}

function makeReader(fd: number, path: string): ReadAt {
	return (offset, length) => {
		const bytes = Buffer.allocUnsafeSlow(length);
		let filled = 0;
		while (filled < length) {
			const count = readSync(fd, bytes, filled, length - filled, offset + filled);
			if (count === 0) {
				throw new DebError('DEB_INVALID', 'truncated', {package: path});
			}

			filled += count;
		}

		return bytes;
	};
}

function requireFormat(members: readonly ArMember[], read: ReadAt, path: string): void {
	const first = members[0];
	if (first?.name !== 'debian-binary' || first.size < 4 || first.size > 64) {
		throw new DebError('DEB_INVALID', 'not a Debian package', {package: path});
	}

	const version = read(first.offset, first.size).toString('latin1');
	if (!/^2\.\d+\n/u.test(version)) {
		throw new DebError('DEB_INVALID', `unknown format version ${version.trim()}`, {package: path});
	}
}

function findMember(members: readonly ArMember[], stem: string, path: string): ArMember {
	const member = members.find(({name}) => name === stem || name.startsWith(`${stem}.`));
	if (member === undefined) {
		throw new DebError('DEB_INVALID', `it has no ${stem}`, {package: path});
	}

	return member;
}

async function readControlFiles(
	read: ReadAt,
	member: ArMember,
	path: string,
	options: DecompressOptions,
): Promise<ReadonlyMap<string, string>> {
	async function* bytes(): AsyncGenerator<Buffer> {
		yield await Promise.resolve(read(member.offset, Math.min(member.size, CONTROL_LIMIT)));
	}

	const files = new Map<string, string>();
	let total = 0;
	for await (const entry of readTarEntries(
		decompressMember(bytes(), member, path, options),
		path,
	)) {
		const parts: Buffer[] = [];
		for await (const part of entry.content) {
			total += part.length;
			if (total > CONTROL_LIMIT) {
				throw new DebError('DEB_INVALID', 'its control data is too large', {package: path});
			}

			parts.push(part);
		}

		files.set(entry.path.slice(1), Buffer.concat(parts).toString());
	}

	return files;
}

function assemble(path: string, files: ReadonlyMap<string, string>, data: ArMember): DebPackage {
	const [control, ...others] = parseDeb822(files.get('control') ?? '', path);
	if (control === undefined || others.length > 0) {
		throw new DebError('DEB_INVALID', 'its control file is not one paragraph', {package: path});
	}

	return Object.freeze({
		path,
		name: requiredField(control, 'package', path),
		version: requiredField(control, 'version', path),
		architecture: requiredField(control, 'architecture', path),
		control,
		dependencies: readDebDependencies(control, path),
		md5sums: parseMd5sums(files.get('md5sums') ?? ''),
		conffiles: parseConffiles(files.get('conffiles') ?? ''),
		maintainerScripts: scriptNames.flatMap(name => {
			const text = files.get(name);
			return text === undefined ? [] : [{name, interpreter: interpreterOf(text), text}];
		}),
		triggers: files.get('triggers'),
		data,
	});
}

/** The dependency fields of a control paragraph. @throws {DebError} DEB_INVALID */
export function readDebDependencies(paragraph: Paragraph, origin: string): DebDependencies {
	const kinds = Object.entries(dependencyFields) as [DebDependencyKind, string][];
	const read = kinds.map(([kind, field]) => {
		const text = paragraph.get(field);
		const relations = text === undefined ? [] : parseRelations(text);
		if (relations === undefined) {
			throw new DebError('DEB_INVALID', `malformed field ${field}`, {package: origin});
		}

		return [kind, relations] as const;
	});
	return Object.fromEntries(read) as DebDependencies;
}

function requiredField(control: Paragraph, field: string, path: string): string {
	const value = control.get(field);
	if (value === undefined || value === '') {
		throw new DebError('DEB_INVALID', `it has no ${field}`, {package: path});
	}

	return value;
}

function parseMd5sums(text: string): ReadonlyMap<string, string> {
	const sums = new Map<string, string>();
	for (const line of text.split('\n')) {
		const match = /^([0-9a-fA-F]{32})[ *]{1,2}(?:\.\/|\/)?(.+)$/u.exec(line);
		if (match?.[1] !== undefined && match[2] !== undefined) {
			sums.set(`/${match[2]}`, match[1].toLowerCase());
		}
	}

	return sums;
}

/** Lines are paths, some with the flag `remove-on-upgrade` ahead, which names no file of this one. */
function parseConffiles(text: string): readonly string[] {
	return text.split('\n').filter(line => line.startsWith('/'));
}

function interpreterOf(text: string): readonly string[] | undefined {
	const match = /^#!\s*(\S.*)/u.exec(text);
	return match?.[1]?.trim().split(/\s+/u);
}
