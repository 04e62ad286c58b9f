/**
 * Write the planned tree into a new directory.
 *
 * Directories come first, links last, and every file is created anew: while bytes are written there
 * is no link in the tree that could lead anywhere else. The directory is closed to other users,
 * because set-id files keep their bits.
 */
import {createHash} from 'node:crypto';
import {chmodSync, closeSync, linkSync, mkdirSync, openSync, symlinkSync, writeSync} from 'node:fs';
import {posix} from 'node:path';
import {readDebPayload} from '../../deb/read-payload.js';
import {DynpkError} from '../../errors/dynpk-error.js';
import {makeStopCheck, type StopCheck} from '../../errors/stop-signal.js';
import {
	comparePaths,
	parentOf,
	sysrootPath,
	type HostPath,
	type SysrootPath,
} from '../../paths/paths.js';
import {readRpmPayload} from '../../rpm/read-payload.js';
import {recordId} from '../set/package-record.js';
import type {ListedPackage} from './list-payload.js';
import type {MergedFile} from './merged-sysroot.js';
import type {MergePlan, PlannedEntry} from './plan-merge.js';

const OWNER_READS = 0o400;
const OWNER_ENTERS = 0o700;
const SHA256 = 8;

export interface SysrootRequest {
	readonly packages: readonly ListedPackage[];
	/** An empty directory. */
	readonly root: HostPath;
	readonly signal?: AbortSignal | undefined;
}

/** Answers with every path written; what a package's archive holds beyond the plan is passed over. */
export async function writeSysroot(
	plan: MergePlan,
	{packages, root, signal}: SysrootRequest,
): Promise<Map<SysrootPath, MergedFile>> {
	const stop = makeStopCheck(signal);
	const written = new Map<SysrootPath, MergedFile>();
	const entries = [...plan.entries].sort(([a], [b]) => comparePaths(a, b));
	for (const [path] of entries) {
		makeDirectories(plan, root, parentOf(path), written);
	}

	for (const [path, {entry}] of entries) {
		if (entry.kind === 'directory') {
			makeDirectories(plan, root, path, written);
		}
	}

	for (const from of packages) {
		await writeFiles(plan, from, {root, written, stop});
	}

	for (const [path, {entry, from}] of entries) {
		if (entry.kind === 'symlink') {
			symlinkSync(entry.target, hostOf(root, path));
			written.set(path, {kind: 'symlink', target: entry.target, origin: originOf(from)});
		} else if (entry.kind === 'file' && !written.has(path)) {
			throw new DynpkError('INPUT_CHANGED', `${from.record.file} no longer has ${path}`);
		}
	}

	for (const [path, target] of plan.mergedDirectories) {
		makeDirectories(plan, root, sysrootPath(`/${target}`), written);
		symlinkSync(target, hostOf(root, path));
		written.set(path, {kind: 'symlink', target, origin: {kind: 'usr-merge'}});
	}

	return written;
}

function makeDirectories(
	plan: MergePlan,
	root: HostPath,
	path: SysrootPath,
	written: Map<SysrootPath, MergedFile>,
): void {
	if (path === '/' || written.has(path)) {
		return;
	}

	makeDirectories(plan, root, parentOf(path), written);
	const planned = plan.entries.get(path);
	const mode = planned?.entry.kind === 'directory' ? planned.entry.mode : 0o755;
	mkdirSync(hostOf(root, path), {mode: 0o700});
	chmodSync(hostOf(root, path), (mode & 0o777) | OWNER_ENTERS);
	const origin = planned === undefined ? ({kind: 'implied'} as const) : originOf(planned.from);
	written.set(path, {kind: 'directory', mode, origin});
}

interface Writing {
	readonly root: HostPath;
	readonly written: Map<SysrootPath, MergedFile>;
	readonly stop: StopCheck;
}

async function writeFiles(
	plan: MergePlan,
	from: ListedPackage,
	{root, written, stop}: Writing,
): Promise<void> {
	const take = (path: string): [SysrootPath, PlannedEntry] | undefined => {
		const place = plan.links.place(path, recordId(from.record));
		const planned = plan.entries.get(place);
		return planned?.from === from && planned.entry.kind === 'file' && !written.has(place)
			? [place, planned]
			: undefined;
	};

	if (from.manager === 'rpm') {
		const isSha256 = from.package.fileDigestAlgorithm === SHA256;
		for await (const {file, links, content} of readRpmPayload(from.package)) {
			await stop(file.size);
			const taken = [file, ...links].flatMap(({path}) => {
				const found = file.kind === 'file' ? take(path) : undefined;
				return found === undefined ? [] : [found];
			});
			await writeFile(taken, content, isSha256 ? file.digest : undefined, root, written);
		}

		return;
	}

	for await (const {path, kind, size, linkTarget, content} of readDebPayload(from.package)) {
		await stop(size);
		const taken = kind === 'file' || kind === 'hard-link' ? take(path) : undefined;
		if (taken !== undefined && kind === 'hard-link') {
			linkTo(plan.links.place(linkTarget ?? '', recordId(from.record)), taken[0], root, written);
		} else if (taken !== undefined) {
			await writeFile([taken], content, undefined, root, written);
		}
	}
}

/** One content under all the names that are taken from this package. */
async function writeFile(
	taken: readonly [SysrootPath, PlannedEntry][],
	content: AsyncIterable<Buffer>,
	knownSha256: string | undefined,
	root: HostPath,
	written: Map<SysrootPath, MergedFile>,
): Promise<void> {
	const [first, ...others] = taken;
	if (first?.[1].entry.kind !== 'file') {
		return;
	}

	const [path, {entry, from}] = first;
	const digest = knownSha256 === undefined ? createHash('sha256') : undefined;
	const fd = openSync(hostOf(root, path), 'wx', 0o600);
	try {
		for await (const chunk of content) {
			digest?.update(chunk);
			writeFully(fd, chunk);
		}
	} finally {
		closeSync(fd);
	}

	chmodSync(hostOf(root, path), entry.mode | OWNER_READS);
	const sha256 = knownSha256 ?? digest?.digest('hex') ?? '';
	const {mode, size} = entry;
	written.set(path, {kind: 'file', mode, size, sha256, origin: originOf(from)});
	others.forEach(([name]) => {
		linkTo(path, name, root, written);
	});
}

function writeFully(fd: number, bytes: Buffer): void {
	let done = 0;
	while (done < bytes.length) {
		done += writeSync(fd, bytes, done);
	}
}

function linkTo(
	first: SysrootPath,
	name: SysrootPath,
	root: HostPath,
	written: Map<SysrootPath, MergedFile>,
): void {
	const file = written.get(first);
	if (file?.kind !== 'file') {
		throw new DynpkError('DEB_INVALID', `${name} is a hard link to ${first}, which is not there`);
	}

	linkSync(hostOf(root, first), hostOf(root, name));
	written.set(name, file);
}

function originOf({record}: ListedPackage) {
	return {kind: 'package', package: record} as const;
}

function hostOf(root: HostPath, path: SysrootPath): string {
	return posix.join(root, path);
}
