/**
 * Entries → one tar file, plain or compressed, the same bytes for the same entries.
 *
 * What `pack-entries.ts` makes goes piece by piece through the compressor into a staged file, so memory
 * stays bounded whatever the size.
 */
import type {ArchiveRequest, ArchiveStream, WrittenOutput} from './archive-request.js';
import type {ByteSink} from './byte-sink.js';
import {makeFileSink} from './file-sink.js';
import {gzipBlocks} from './gzip-blocks.js';
import {packEntries} from './pack-entries.js';
import {stageFile} from './staged-output.js';
import {zstdFrames} from './zstd-frames.js';
import {makeStopCheck, type StopCheck} from '../errors/stop-signal.js';

const USUAL_GZIP_LEVEL = 6;
const USUAL_ZSTD_LEVEL = 3;

/**
 * Write an archive which appears under its name when it is complete, and only then; or into a stream.
 *
 * @throws {DynpkError} OUTPUT_EXISTS, INPUT_CHANGED, NO_SPACE, PERMISSION,
 * INTERRUPTED, and PAYLOAD_ESCAPES_ROOT for an entry that no reader of ours would accept
 */
export async function writeArchive(request: ArchiveRequest): Promise<WrittenOutput> {
	const {output, replaces = false} = request;
	const stop = makeStopCheck(request.signal);
	if (typeof output !== 'string') {
		return writeInto(streamSink(output, stop), request, stop);
	}

	const staged = stageFile(output, {replaces});
	try {
		const written = await writeInto(makeFileSink(staged, stop), request, stop);
		staged.publish();
		return written;
	} finally {
		staged.discard();
	}
}

function streamSink(stream: ArchiveStream, stop: StopCheck): ByteSink {
	return {
		async write(bytes) {
			await stream.write(bytes);
			await stop(bytes.length);
		},
		end: () => Promise.resolve(),
		abort: () => undefined,
	};
}

async function writeInto(
	bare: ByteSink,
	request: ArchiveRequest,
	stop: StopCheck,
): Promise<WrittenOutput> {
	const sink = compressed(bare, request);
	try {
		const written = await packEntries(sink, request, {stop});
		await sink.end();
		return written;
	} catch (error) {
		sink.abort();
		throw error;
	}
}

function compressed(bare: ByteSink, {form, level, encoder}: ArchiveRequest): ByteSink {
	switch (form) {
		case 'tar':
			return bare;
		case 'tar.gz':
			return gzipBlocks(bare, level ?? USUAL_GZIP_LEVEL);
		case 'tar.zst':
			if (encoder === undefined) {
				throw new Error('zstd frames without an encoder');
			}

			return zstdFrames(bare, encoder, level ?? USUAL_ZSTD_LEVEL);
	}
}
