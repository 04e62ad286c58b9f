import {readdirSync} from 'node:fs';
import test from 'ava';
import {stageFile} from '../../lib/archive/staged-output.js';
import {hostPath} from '../../lib/paths/paths.js';
import {failCall} from '../helpers/worlds/failing-call.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

test.serial('an output that cannot be kept to ourselves is none, and leaves nothing', t => {
	const directory = makeScratch(t);
	failCall(t, 'fchmodSync', {errno: 'EPERM'});
	const message = `cannot write ${directory}/out: operation not permitted`;
	t.throws(() => stageFile(hostPath(`${directory}/out`)), {code: 'PERMISSION', message});
	t.deepEqual(readdirSync(directory), []);
});
