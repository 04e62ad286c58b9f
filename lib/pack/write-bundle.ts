/** Carry a decision out: a bundle, as a directory or an archive, whole or not at all; or into a stream. */
import type {WriteProgress} from '../archive/archive-entry.js';
import {writeRunFile} from '../archive/run-file/write-run-file.js';
import type {ArchiveRequest, WrittenOutput} from '../archive/archive-request.js';
import {writeArchive} from '../archive/write-archive.js';
import {writeDirectory} from '../archive/write-directory.js';
import {findEncoder, readRunner} from '../launcher/archive-tools.js';
import {editLoader} from '../launcher/loader-copy.js';
import {manifestEntry, stageBundle} from '../stage/stage-bundle.js';
import type {Decision} from './decide.js';
import {assertReplaceable, type BundleOutput} from './resolve-output.js';

export interface WriteRequest {
	readonly output: BundleOutput;
	/** Seconds since 1970, of every entry. */
	readonly mtime: number;
	/** Of dynpk, for the manifest. */
	readonly version: string;
	/** Of the compressor; its usual one when absent. */
	readonly level?: number | undefined;
	readonly signal: AbortSignal;
	readonly onProgress: (progress: WriteProgress) => void;
}

export interface WrittenBundle {
	readonly id: string;
	readonly entries: number;
	/** Bytes of file contents. */
	readonly bytes: number;
	/** Files that an archive has without their zeros, which not every tar reads. */
	readonly sparse: number;
}

/** @throws {DynpkError} what staging and the writers throw. */
export async function writeBundle(
	decision: Pick<Decision, 'plan' | 'launchers' | 'architecture'>,
	{output, mtime, version, level, signal, onProgress}: WriteRequest,
): Promise<WrittenBundle> {
	const {plan, launchers} = decision;
	const entries = stageBundle(plan, {
		tool: `dynpk ${version}`,
		...launchers,
		editLoader: bytes => {
			const {complete: isolated, ...edited} = editLoader(bytes);
			return {...edited, isolated};
		},
	});
	const written = await writeTo(output, decision, {entries, mtime, level, signal, onProgress});
	const manifest = written.digests.get(manifestEntry(plan));
	if (manifest === undefined) {
		throw new Error('a bundle was written without its manifest');
	}
	const {entries: count, bytes, sparse = 0} = written;
	return {id: manifest.sha256, entries: count, bytes, sparse};
}

async function writeTo(
	output: BundleOutput,
	{plan, architecture}: Pick<Decision, 'plan' | 'architecture'>,
	writing: Omit<ArchiveRequest, 'output' | 'form' | 'encoder'>,
): Promise<WrittenOutput> {
	const encoder = output.form === 'tar.zst' ? findEncoder() : undefined;
	if ('stream' in output) {
		return writeArchive({...writing, encoder, output: output.stream, form: output.form});
	}

	const {form, path, replaces} = output;
	switch (form) {
		case 'directory':
			return writeDirectory({...writing, output: path, ...(replaces ? {assertReplaceable} : {})});
		case 'run':
			return writeRunFile({
				...writing,
				output: path,
				replaces,
				runner: readRunner(architecture),
				encoder: findEncoder(),
				entry: plan.programs[0]?.name,
				manifest: manifestEntry(plan),
			});
		case 'tar':
		case 'tar.gz':
		case 'tar.zst':
			return writeArchive({...writing, encoder, output: path, form, replaces});
	}
}
