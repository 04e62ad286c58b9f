/**
 * `make torture`: every format and ordeal, or those named, until INPUTS or MINUTES are used up.
 *
 * One line of counts each on stdout; a fault on stderr with the words that repeat it, which is
 * `SEED=… FROM=… INPUTS=1` and the name.
 */
import {describeCounts, torture} from './lib/torture.js';
import {listTrials} from './lib/list-trials.js';

function numberOf(name: string, fallback: number): number {
	const text = process.env[name] ?? '';
	if (text === '') return fallback;
	const value = Number(text);
	if (!Number.isFinite(value) || value < 0) throw new Error(`${name} is no number: ${text}`);
	return value;
}

const asked = process.argv.slice(2);
const trials = await listTrials();
const chosen = trials.filter(({file}) => asked.length === 0 || asked.includes(file));
const unknown = asked.filter(name => !trials.some(({file}) => file === name));
if (unknown.length > 0) {
	throw new Error(`${unknown.join(', ')}: there are ${trials.map(({file}) => file).join(', ')}`);
}

const seed = numberOf('SEED', 1);
const from = numberOf('FROM', 0);
const time = (numberOf('MINUTES', 120) * 60_000) / Math.max(1, chosen.length);
for (const listed of chosen) {
	const to = from + numberOf('INPUTS', listed.usualInputs);
	const counts = await torture(listed, {seed, from, to, time}, ({input, what}) => {
		console.error(`${listed.file} SEED=${seed} FROM=${input} INPUTS=1: ${what}`);
	});
	console.log(describeCounts(counts));
	if (counts.faults.length > 0) process.exitCode = 1;
}
