/** Bytes into a staged file. */
import type {StopCheck} from '../errors/stop-signal.js';
import type {ByteSink} from './byte-sink.js';
import type {StagedFile} from './staged-output.js';

export function makeFileSink(staged: StagedFile, stop: StopCheck): ByteSink {
	return {
		write(bytes) {
			staged.write(bytes);
			return stop(bytes.length);
		},
		end: () => Promise.resolve(),
		abort: () => undefined,
	};
}
