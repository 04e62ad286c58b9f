/**
 * Compress into zstd frames that lie end to end, which every reader takes for one (RFC 8878, 3.1).
 *
 * The `zstd` program would do, but its bytes are not the same each time: 1.5.4 with -T0 gave two
 * different files for one input, about every tenth time on a busy machine.
 */
import type {HostPath} from '../paths/paths.js';
import type {ByteSink} from './byte-sink.js';
import {openFrameEncoder} from './frame-encoder.js';
import {makeFrameSink} from './frame-sink.js';

export function zstdFrames(output: ByteSink, program: HostPath, level: number): ByteSink {
	const encoder = openFrameEncoder(program, level);
	const frames = makeFrameSink(output, encoder);
	return {
		write: bytes => frames.write(bytes),
		async end() {
			await frames.end();
			encoder.close();
			await output.end();
		},
		abort() {
			encoder.close();
			frames.abort();
		},
	};
}
