/**
 * Which file of the header's list an archive member is, and whether it brings that file's bytes.
 *
 * The members of a hard-link set come one by one without content, except the last, which brings
 * it for all. Every file must come exactly once; whatever the header does not list is refused.
 */
import type {CpioMember} from './cpio.js';
import type {RpmFile} from './file-list.js';
import type {RpmPackage} from './read-rpm.js';
import {RpmError} from './rpm-error.js';

export interface MemberTable {
	claim(member: Exclude<CpioMember, {kind: 'trailer'}>): Claim;
	/** @throws {RpmError} RPM_BAD_PAYLOAD naming the first file that did not come. */
	requireAll(): void;
}

export type Claim =
	| {readonly hasContent: false}
	| {readonly hasContent: true; readonly file: RpmFile; readonly links: readonly RpmFile[]};

export function makeMemberTable(pkg: RpmPackage): MemberTable {
	const {files} = pkg;
	const linkSets = collectLinkSets(files);
	const claimed = new Set<RpmFile>();
	let byPath: ReadonlyMap<string, RpmFile> | undefined;

	function find(member: Exclude<CpioMember, {kind: 'trailer'}>): RpmFile {
		if (member.kind === 'named') {
			byPath ??= new Map(files.map(file => [file.path, file]));
		}

		const file =
			member.kind === 'indexed'
				? files[member.index]
				: (byPath?.get(listedName(member.name)) ?? byPath?.get(`/${member.name}`));
		if (file === undefined) {
			const name = member.kind === 'indexed' ? `member ${member.index}` : member.name;
			throw badPayload(pkg, 'the payload has a file that the header does not list', name);
		}

		return file;
	}

	return {
		claim(member) {
			const file = find(member);
			if (claimed.has(file)) {
				throw badPayload(pkg, 'it comes twice in the payload', file.path);
			}

			claimed.add(file);
			const set = linkSets.get(linkKey(file)) ?? [file];
			const isLast = set.every(other => claimed.has(other));
			requireSize(pkg, file, member, isLast);
			if (!isLast) {
				return {hasContent: false};
			}

			const [first = file, ...links] = set;
			return {hasContent: true, file: first, links};
		},
		requireAll() {
			const missing = files.find(file => !file.isGhost && !claimed.has(file));
			if (missing !== undefined) {
				throw badPayload(pkg, 'it is listed but not in the payload', missing.path);
			}
		},
	};
}

/** Names in the archive begin with `./`, except in source packages and those of rpm 3. */
function listedName(name: string): string {
	return name.startsWith('./') ? name.slice(1) : name;
}

function collectLinkSets(files: readonly RpmFile[]): ReadonlyMap<string, readonly RpmFile[]> {
	const sets = new Map<string, RpmFile[]>();
	for (const file of files) {
		if (file.kind !== 'file' || file.isGhost) {
			continue;
		}

		const key = linkKey(file);
		const set = sets.get(key);
		if (set === undefined) {
			sets.set(key, [file]);
		} else {
			set.push(file);
		}
	}

	return sets;
}

function linkKey(file: RpmFile): string {
	return file.kind === 'file' && !file.isGhost ? `${file.device}:${file.inode}` : file.path;
}

function requireSize(pkg: RpmPackage, file: RpmFile, member: CpioMember, isLast: boolean): void {
	if (member.kind !== 'named') {
		return;
	}

	const listed = file.kind === 'file' || file.kind === 'symlink' ? file.size : 0;
	if (member.size !== (isLast ? listed : 0)) {
		const sizes = `the payload has ${member.size} bytes of it, the header lists ${listed}`;
		throw badPayload(pkg, sizes, file.path);
	}
}

function badPayload(pkg: RpmPackage, problem: string, entry: string): RpmError {
	return new RpmError('RPM_BAD_PAYLOAD', problem, {package: pkg.path, entry});
}
