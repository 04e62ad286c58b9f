/** The calls of `dynpk pack` on its input, output and cache, for each form of output. */
import {errorsOfCommand} from '../lib/errors-of-command.js';
import {packing} from '../lib/tried-command.js';

export const ordeal = errorsOfCommand('errors of calls in pack', packing);
