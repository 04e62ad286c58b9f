/** The calls of `dynpk run` on an archive, its cache and temporary places, and on a bundle. */
import {errorsOfCommand} from '../lib/errors-of-command.js';
import {running} from '../lib/tried-command.js';

export const ordeal = errorsOfCommand('errors of calls in run', running);
