/** The calls of `dynpk verify` on a bundle and on its temporary places. */
import {errorsOfCommand} from '../lib/errors-of-command.js';
import {verifying} from '../lib/tried-command.js';

export const ordeal = errorsOfCommand('errors of calls in verify', verifying);
