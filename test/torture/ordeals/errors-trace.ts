/** The calls of `dynpk trace` on the trace and on the places of those that watch for it. */
import {errorsOfCommand} from '../lib/errors-of-command.js';
import {tracing} from '../lib/tried-command.js';

export const ordeal = errorsOfCommand('errors of calls in trace', tracing);
