/** How a stream that pulls from a source of ours ends: afterwards the source is not asked again. */
import type {Readable} from 'node:stream';

/** Destroy the stream and wait until it has closed its source, whose file may then be closed. */
export async function letGo(stream: Readable): Promise<void> {
	stream.destroy();
	if (!stream.closed) {
		await new Promise(resolve => stream.once('close', resolve));
	}
}
