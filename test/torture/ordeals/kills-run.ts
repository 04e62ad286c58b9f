/** Signals to `dynpk run` at any call on its files. */
import {killsOfCommand} from '../lib/kills-of-command.js';
import {running} from '../lib/tried-command.js';

export const ordeal = killsOfCommand('signals to run', running, {inputs: 500, what: 'starts'});
