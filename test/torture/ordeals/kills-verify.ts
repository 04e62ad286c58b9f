/** Signals to `dynpk verify` at any call on its files. */
import {killsOfCommand} from '../lib/kills-of-command.js';
import {verifying} from '../lib/tried-command.js';

export const ordeal = killsOfCommand('signals to verify', verifying, {inputs: 100, what: 'starts'});
