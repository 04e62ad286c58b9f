/**
 * Programs that look for their files where they were: the same answers on foreign hosts, under every
 * engine, as on the packing machine.
 */
import {trials} from './lib/engine-trials.js';
import {testSameAsHere} from './lib/same-as-here.js';

testSameAsHere(trials);
