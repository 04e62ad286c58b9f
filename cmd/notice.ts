/** Say something on stderr that a user may want to know now. */
import {sanitise} from '../lib/errors/sanitise.js';

export function notice(sentence: string): void {
	process.stderr.write(`dynpk: ${sanitise(sentence)}\n`);
}
