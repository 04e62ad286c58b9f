/** Signals to `dynpk trace` at any call on its files. */
import {killsOfCommand} from '../lib/kills-of-command.js';
import {tracing} from '../lib/tried-command.js';

export const ordeal = killsOfCommand('signals to trace', tracing, {inputs: 100, what: 'starts'});
