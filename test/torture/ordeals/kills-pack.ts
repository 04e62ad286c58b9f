/** Signals to `dynpk pack` at any call on its files. */
import {killsOfCommand} from '../lib/kills-of-command.js';
import {packing} from '../lib/tried-command.js';

export const ordeal = killsOfCommand('signals to pack', packing, {inputs: 500, what: 'packs'});
