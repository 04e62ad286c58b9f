/**
 * Carry a plan out, one entry at a time, as a stream that a directory or an archive is written from.
 *
 * Nothing is decided here and nothing is written here: each operation becomes one entry, in order,
 * and the manifest, the last of them, is made when the writer has read (and so digested) every other.
 */
import {createHash} from 'node:crypto';
import {posix} from 'node:path';
import type {ArchiveEntry, FileDigests} from '../archive/archive-entry.js';
import {DynpkError} from '../errors/dynpk-error.js';
import type {LaunchSpec, LoaderLaunch} from '../launcher/launch-spec.js';
import {encodeManifest} from '../manifest/encode-manifest.js';
import {
	MANIFEST_NAME,
	type BundleManifest,
	type FileRecord,
	type LoaderEditRecord,
	type LoaderRecord,
} from '../manifest/manifest.js';
import {readHostFile} from '../paths/host-file.js';
import type {HostPath} from '../paths/paths.js';
import type {BundlePlan, CopyLoader, Operation, WriteLauncher} from '../plan/bundle-plan.js';
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
	const loaders = new Map<string, Pick<LoaderRecord, 'edits' | 'isolated' | 'originalSha256'>>();
	const below = (path: string): string => posix.join(plan.name, path);
	yield {kind: 'directory', path: plan.name, mode: 0o755};
	for (const operation of plan.operations) {
		const path = below(operation.path);
		switch (operation.kind) {
			case 'make-directory':
				yield {kind: 'directory', path, mode: operation.mode};
				break;
			case 'copy-file':
				yield {
					kind: 'file',
					path,
					mode: operation.mode,
					content: {kind: 'host-file', path: operation.from, size: operation.size},
				};
				break;
			case 'copy-compiled-python': {
				const bytes = uncheckedPyc(readHostFile(operation.from, operation.size));
				yield {kind: 'file', path, mode: operation.mode, content: {kind: 'bytes', bytes}};
				break;
			}

			case 'copy-venv-configuration': {
				const bytes = relocatableVenv(readHostFile(operation.from, operation.size));
				yield {kind: 'file', path, mode: operation.mode, content: {kind: 'bytes', bytes}};
				break;
			}

			case 'copy-loader': {
				const {record, bytes} = copyLoader(operation, tools);
				loaders.set(operation.path, record);
				yield {kind: 'file', path, mode: operation.mode, content: {kind: 'bytes', bytes}};
				break;
			}

			case 'write-launcher': {
				const bytes = launcherBytes(operation, tools);
				yield {kind: 'file', path, mode: 0o755, content: {kind: 'bytes', bytes}};
				break;
			}

			case 'copy-tool':
				yield {
					kind: 'file',
					path,
					mode: 0o755,
					content: {kind: 'host-file', path: operation.from, size: operation.size},
				};
				break;
			case 'write-bytes': {
				const {bytes, mode} = operation;
				yield {kind: 'file', path, mode, content: {kind: 'bytes', bytes}};
				break;
			}

			case 'write-self-program': {
				const {program: bytes} = tools.makeSelfLaunch(
					operation.launch,
					readHostFile(operation.from, operation.size),
					operation.from,
				);
				yield {kind: 'file', path, mode: 0o755, content: {kind: 'bytes', bytes}};
				break;
			}

			case 'make-symlink':
				yield {kind: 'symlink', path, target: operation.target};
				break;
			case 'make-hardlink':
				yield {kind: 'hardlink', path, target: below(operation.target)};
		}
	}

	const make = (digests: FileDigests): Buffer =>
		encodeManifest(makeManifest(plan, tools.tool, loaders, below, digests));
	yield {kind: 'file', path: manifestEntry(plan), mode: 0o644, content: {kind: 'late', make}};
}

function launcherBytes({launch, program}: WriteLauncher, tools: StageTools): Buffer {
	if (program === undefined || launch.kind !== 'loader') {
		return tools.makeLauncher(launch);
	}

	const {from, size} = program;
	return tools.makeSelfLaunch(launch, readHostFile(from, size), from).launcher;
}

function copyLoader(
	operation: CopyLoader,
	tools: StageTools,
): {
	readonly record: Pick<LoaderRecord, 'edits' | 'isolated' | 'originalSha256'>;
	readonly bytes: Buffer;
} {
	if (operation.size > LOADER_LIMIT) {
		throw new DynpkError('UNSUPPORTED_LOADER', `${operation.source} is too large to be a loader`);
	}

	const original = readHostFile(operation.from, operation.size);
	const {bytes, edits, isolated} = tools.editLoader(original);
	const originalSha256 = createHash('sha256').update(original).digest('hex');
	return {record: {edits, isolated, originalSha256}, bytes};
}

function makeManifest(
	plan: BundlePlan,
	tool: string,
	loaders: ReadonlyMap<string, Pick<LoaderRecord, 'edits' | 'isolated' | 'originalSha256'>>,
	below: (path: string) => string,
	digests: FileDigests,
): BundleManifest {
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
		packages: plan.packages,
		files: plan.operations.map(operation =>
			fileRecord(operation, digests.get(below(operation.path))),
		),
		objects: plan.objects,
		findings: plan.findings,
	};
}

function fileRecord(
	operation: Operation,
	digest: {readonly sha256: string; readonly size: number} | undefined,
): FileRecord {
	const {path, reason} = operation;
	switch (operation.kind) {
		case 'make-directory':
			return {path, kind: 'directory', mode: octal(operation.mode), reason};
		case 'make-symlink':
			return {
				path,
				kind: 'symlink',
				target: operation.target,
				source: operation.source,
				package: operation.package,
				reason,
			};
		case 'make-hardlink':
			return {
				path,
				kind: 'hardlink',
				target: operation.target,
				source: operation.source,
				package: operation.package,
				reason,
			};
		case 'copy-file':
		case 'copy-compiled-python':
		case 'copy-venv-configuration':
		case 'copy-loader':
			return {
				path,
				kind: 'file',
				mode: octal(operation.mode),
				...digest,
				source: operation.source,
				package: operation.package,
				reason,
			};
		case 'write-self-program':
			return {
				path,
				kind: 'file',
				mode: '0755',
				...digest,
				source: operation.source,
				package: operation.package,
				reason,
			};
		case 'write-bytes':
			return {path, kind: 'file', mode: octal(operation.mode), ...digest, reason};
		case 'copy-tool':
		case 'write-launcher':
			return {path, kind: 'file', mode: '0755', ...digest, reason};
	}
}

function octal(mode: number): string {
	return mode.toString(8).padStart(4, '0');
}
