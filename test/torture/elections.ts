/** `make soak`: all schedules of three first starts, with one thing that hinders them; minutes each. */
import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {compileElection} from '../helpers/worlds/election-model.js';

const execute = promisify(execFile);

const model = await compileElection(3);
// Kills, signals, silences, damages.
for (const chances of ['0 0 0 0', '1 0 0 0', '0 1 0 0']) {
	const {stdout} = await execute(model, chances.split(' '));
	console.log(`three starts, kills signals silences damages ${chances}: ${stdout.trim()}`);
}
