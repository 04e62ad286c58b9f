/**
 * Carry a plan out, one entry at a time, as a stream that a directory or an archive is written from.
 *
 * Nothing is decided here and nothing is written here: each operation becomes one entry, in order,
 * and the manifest, the last of them, is made when the writer has read (and so digested) every other.
 */
import {createHash} from 'node:crypto';
import {posix} from 'node:path';
import type {
	ArchiveEntry,
	EntryContent,
	FileDigest,
	FileDigests,
} from '../archive/archive-entry.js';
import {DynpkError} from '../errors/dynpk-error.js';
import type {LaunchSpec, LoaderLaunch} from '../launcher/launch-spec.js';
import {encodeManifestInPieces, type StreamedManifest} from '../manifest/encode-manifest.js';
import {
	MANIFEST_NAME,
	type FileRecord,
	type LoaderEditRecord,
	type LoaderRecord,
} from '../manifest/manifest.js';
import {readHostFile} from '../paths/host-file.js';
import type {HostPath} from '../paths/paths.js';
import type {BundlePlan, MakeFile, Operation, SourceFile} from '../plan/bundle-plan.js';
import {relocatableVenv} from './relocatable-venv.js';
import {uncheckedPyc} from './unchecked-pyc.js';

/** What staging needs that is not in the plan: how to make the two kinds of file dynpk makes. */
export interface StageTools {
	/** Such as `dynpk 0.1.0`. */
	readonly tool: string;
	readonly makeLauncher: (launch: LaunchSpec) => Buffer;
	/** For a program that reads its own file: the file to start, and the launcher it starts. */
	readonly makeSelfLaunch: (launch: LoaderLaunch, program: Buffer, from: HostPath) => SelfLaunch;
	readonly editLoader: (bytes: Buffer) => EditedLoader;
}

export interface SelfLaunch {
	readonly program: Buffer;
	readonly launcher: Buffer;
}

export interface EditedLoader {
	readonly bytes: Buffer;
	readonly edits: readonly LoaderEditRecord[];
	readonly isolated: boolean;
}

/** The largest loader ever seen is below 2 MiB with debugging symbols below 20 MiB. */
const LOADER_LIMIT = 64 << 20;

/** Where the manifest lies in the archive. */
export function manifestEntry({name}: Pick<BundlePlan, 'name'>): string {
	return posix.join(name, MANIFEST_NAME);
}

/**
 * Entries below one top-level directory named after the bundle.
 *
 * @throws {DynpkError} INPUT_CHANGED, PERMISSION, IO while it is iterated, and what making launchers throws
 */
export function* stageBundle(plan: BundlePlan, tools: StageTools): Iterable<ArchiveEntry> {
	const loaders = new Map<string, CopiedLoader>();
	const below = (path: string): string => posix.join(plan.name, path);
	yield {kind: 'directory', path: plan.name, mode: 0o755};
	for (const operation of plan.operations) {
		const path = below(operation.path);
		switch (operation.kind) {
			case 'directory':
				yield {kind: 'directory', path, mode: operation.mode};
				break;
			case 'file': {
				const content = makeContent(operation, tools, loaders);
				yield {kind: 'file', path, mode: operation.mode, content};
				break;
			}

			case 'symlink':
				yield {kind: 'symlink', path, target: operation.target};
				break;
			case 'hardlink':
				yield {kind: 'hardlink', path, target: below(operation.target)};
		}
	}

	const make = (digests: FileDigests): readonly Buffer[] =>
		encodeManifestInPieces(makeManifest(plan, tools.tool, loaders, below, digests));
	yield {kind: 'file', path: manifestEntry(plan), mode: 0o644, content: {kind: 'late', make}};
}

/** What is known of a loader once it is read. */
type CopiedLoader = Pick<LoaderRecord, 'edits' | 'isolated' | 'originalSha256'>;

/** Of a loader, note what was changed. */
function makeContent(
	{path, source, content}: MakeFile,
	tools: StageTools,
	loaders: Map<string, CopiedLoader>,
): EntryContent {
	switch (content.kind) {
		case 'copied':
			return {kind: 'host-file', path: content.from, size: content.size};
		case 'appended':
			return bytesContent(Buffer.concat([readSource(content), Buffer.from(content.text)]));
		case 'compiled-python':
			return bytesContent(uncheckedPyc(readSource(content)));
		case 'venv-configuration':
			return bytesContent(relocatableVenv(readSource(content)));
		case 'loader': {
			if (content.size > LOADER_LIMIT) {
				throw new DynpkError('UNSUPPORTED_LOADER', `${source ?? path} is too large to be a loader`);
			}

			const original = readSource(content);
			const {bytes, edits, isolated} = tools.editLoader(original);
			const originalSha256 = createHash('sha256').update(original).digest('hex');
			loaders.set(path, {edits, isolated, originalSha256});
			return bytesContent(bytes);
		}

		case 'launcher':
			return bytesContent(tools.makeLauncher(content.launch));
		case 'self-launcher': {
			const {launch, program} = content;
			return bytesContent(tools.makeSelfLaunch(launch, readSource(program), program.from).launcher);
		}

		case 'self-program': {
			const {launch, from} = content;
			return bytesContent(tools.makeSelfLaunch(launch, readSource(content), from).program);
		}

		case 'bytes':
			return content;
	}
}

function bytesContent(bytes: Buffer): EntryContent {
	return {kind: 'bytes', bytes};
}

function readSource({from, size}: SourceFile): Buffer {
	return readHostFile(from, size);
}

function makeManifest(
	plan: BundlePlan,
	tool: string,
	loaders: ReadonlyMap<string, CopiedLoader>,
	below: (path: string) => string,
	digests: FileDigests,
): StreamedManifest {
	return {
		format: 'dynpk-bundle',
		version: 1,
		name: plan.name,
		tool,
		programs: plan.programs,
		loaders: plan.loaders.map(loader => {
			const copied = loaders.get(loader.path);
			if (copied === undefined) {
				throw new Error(`the plan names a loader it does not copy: ${loader.path}`);
			}

			return {...loader, ...copied};
		}),
		launches: plan.launches,
		engine: plan.engine,
		...(plan.libraryPath === undefined ? {} : {libraryPath: plan.libraryPath}),
		packages: plan.packages,
		files: fileRecords(plan.operations, path => digests.get(below(path))),
		objects: plan.objects,
		findings: plan.findings,
	};
}

function* fileRecords(
	operations: readonly Operation[],
	digestOf: (path: string) => FileDigest | undefined,
): Generator<FileRecord, void, undefined> {
	for (const operation of operations) {
		yield fileRecord(operation, digestOf(operation.path));
	}
}

function fileRecord(operation: Operation, digest: FileDigest | undefined): FileRecord {
	const {path, reason} = operation;
	switch (operation.kind) {
		case 'directory':
			return {path, kind: operation.kind, mode: octal(operation.mode), reason};
		case 'symlink':
		case 'hardlink': {
			const {target, source, package: owner} = operation;
			return {path, kind: operation.kind, target, source, package: owner, reason};
		}

		case 'file': {
			const {mode, source, package: owner} = operation;
			return {path, kind: 'file', mode: octal(mode), ...digest, source, package: owner, reason};
		}
	}
}

function octal(mode: number): string {
	return mode.toString(8).padStart(4, '0');
}
