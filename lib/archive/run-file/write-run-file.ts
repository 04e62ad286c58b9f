/**
 * Entries → one executable file: a runner, and behind it the tar archive in zstd frames and their
 * index. docs/run-file.md has the format.
 */
import {DynpkError} from '../../errors/dynpk-error.js';
import {makeStopCheck} from '../../errors/stop-signal.js';
import type {HostPath} from '../../paths/paths.js';
import {makeFileSink} from '../file-sink.js';
import {stageFile} from '../staged-output.js';
import {packEntries} from '../pack-entries.js';
import type {ArchiveEntry} from '../archive-entry.js';
import type {ArchiveRequest, WrittenOutput} from '../archive-request.js';
import {openFrameEncoder, type FrameEncoder} from '../frame-encoder.js';
import {makeFrameSink} from '../frame-sink.js';
import {encodeRunHead, findRunHead, type RunHead} from './run-head.js';
import {encodeRunIndex, INDEX_LIMIT, type RunFrame, type RunRow} from './run-index.js';

export interface RunFileRequest extends Omit<ArchiveRequest, 'output' | 'form'> {
	readonly output: HostPath;
	/** The program in front, as it was built. */
	readonly runner: Buffer;
	readonly encoder: HostPath;
	/** The name of what is started where nobody names another; `undefined` where there is nothing to start. */
	readonly entry: string | undefined;
	/** The path of the entry whose digest is the bundle's id. */
	readonly manifest: string;
}

const USUAL_LEVEL = 3;
const BODY_ALIGNMENT = 4096;

/** @throws {DynpkError} what `writeArchive` throws */
export async function writeRunFile(request: RunFileRequest): Promise<WrittenOutput> {
	const {output, replaces = false, runner, level, signal} = request;
	const stop = makeStopCheck(signal);
	const staged = stageFile(output, {replaces, isExecutable: true});
	const encoder = openFrameEncoder(request.encoder, level ?? USUAL_LEVEL);
	try {
		staged.write(runner);
		const body = Math.ceil(runner.length / BODY_ALIGNMENT) * BODY_ALIGNMENT;
		staged.write(Buffer.alloc(body - runner.length));
		const rows: RunRow[] = [];
		const sink = makeFrameSink(makeFileSink(staged, stop), encoder);
		const written = await packEntries(sink, request, {
			stop,
			watch: {
				begins: sink.entryBegins,
				laid: row => rows.push({...row, entry: withoutContents(row.entry)}),
			},
		});
		await sink.end();
		const {frames} = sink;
		const index = encodeRunIndex(frames, rows, written.digests);
		if (index.length > INDEX_LIMIT) {
			throw new DynpkError('FILE_TOO_LARGE', `${output}: no .run file has ${rows.length} entries`, {
				hint: 'write a .tar.zst',
			});
		}

		const indexFrames = await encodeWhole(index, encoder);
		const bodySize = frames.reduce((sum, {size}) => sum + size, 0);
		staged.write(indexFrames);
		const head = {
			body,
			bodySize,
			index: body + bodySize,
			indexSize: indexFrames.length,
			indexPlainSize: index.length,
			bytes: written.bytes,
			entry: request.entry,
			id: written.digests.get(request.manifest)?.sha256 ?? '',
			...measure(rows, frames),
		};
		staged.writeAt(findRunHead(runner) ?? 0, encodeRunHead(head));
		staged.publish();
		return written;
	} finally {
		encoder.close();
		staged.discard();
	}
}

/** What rows are made of stays until the end; launchers' bytes need not. */
function withoutContents(entry: ArchiveEntry): RunRow['entry'] {
	if (entry.kind !== 'file') {
		return entry;
	}

	const {kind, path, mode} = entry;
	return {kind, path, mode};
}

/** In as many frames as the encoder's limit takes. */
async function encodeWhole(bytes: Buffer, encoder: FrameEncoder): Promise<Buffer> {
	const parts: Promise<Buffer>[] = [];
	for (let at = 0; at < bytes.length; at += INDEX_FRAME_SIZE) {
		parts.push(encoder.encode(bytes.subarray(at, at + INDEX_FRAME_SIZE)));
	}

	return Buffer.concat(await Promise.all(parts));
}

const INDEX_FRAME_SIZE = 4 << 20;

type Measures = Pick<RunHead, 'entries' | 'frames' | 'longestPath' | 'largestFrame' | 'name'>;

function measure(rows: readonly RunRow[], frames: readonly RunFrame[]): Measures {
	const name = rows[0]?.entry.path ?? '';
	const below = Buffer.byteLength(name) + 1;
	return {
		name,
		entries: rows.length,
		frames: frames.length,
		longestPath: rows.reduce(
			(longest, {entry}) => Math.max(longest, Buffer.byteLength(entry.path) - below),
			0,
		),
		largestFrame: frames.reduce((largest, {plainSize}) => Math.max(largest, plainSize), 0),
	};
}
