/**
 * `make torture`: every format, or those named, until INPUTS or MINUTES are used up.
 *
 * One line of counts a format on stdout; a fault on stderr with the words that repeat it, which is
 * `SEED=… FROM=… INPUTS=1` and the format's name.
 */
import {describeCounts, torture} from './lib/torture.js';
import {listFormats} from './lib/list-formats.js';

function numberOf(name: string, fallback: number): number {
	const text = process.env[name] ?? '';
	const value = text === '' ? fallback : Number(text);
	if (!Number.isFinite(value) || value < 0) throw new Error(`${name} is no number: ${text}`);
	return value;
}

const asked = process.argv.slice(2);
const formats = await listFormats();
const chosen = formats.filter(({file}) => asked.length === 0 || asked.includes(file));
const unknown = asked.filter(name => !formats.some(({file}) => file === name));
if (unknown.length > 0) {
	throw new Error(`${unknown.join(', ')}: there are ${formats.map(({file}) => file).join(', ')}`);
}

const seed = numberOf('SEED', 1);
const from = numberOf('FROM', 0);
const to = from + numberOf('INPUTS', 50_000);
const time = (numberOf('MINUTES', 120) * 60_000) / Math.max(1, chosen.length);
for (const {file} of chosen) {
	const counts = await torture({format: file, seed, from, to, time}, ({input, what}) => {
		console.error(`${file} SEED=${seed} FROM=${input} INPUTS=1: ${what}`);
	});
	console.log(describeCounts(counts));
	if (counts.faults.length > 0) process.exitCode = 1;
}
