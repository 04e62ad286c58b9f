/** Two outcomes of one job → the first thing about the second that is not as in the first. */
import type {Outcome} from './job.js';

/** `undefined` where they are the same. */
export function differenceOf(here: Outcome, there: Outcome): string | undefined {
	return (
		(here.end === there.end
			? undefined
			: `ended with ${there.end}, here ${here.end}: ${lastLine(there.stderr || there.stdout)}`) ??
		differentLine('stderr', here.stderr, there.stderr) ??
		differentLine('stdout', here.stdout, there.stdout) ??
		differentFile(here.files, there.files)
	);
}

function lastLine(text: string): string {
	return text.trimEnd().split('\n').at(-1) ?? '';
}

function differentLine(stream: string, here: string, there: string): string | undefined {
	if (here === there) return undefined;
	const [expected, actual] = [here.split('\n'), there.split('\n')];
	const at = actual.findIndex((line, index) => line !== expected[index]);
	const line = at < 0 ? actual.length : at;
	return `${stream} has ${quoted(actual[line])} for ${quoted(expected[line])}`;
}

function quoted(line: string | undefined): string {
	return line === undefined ? 'nothing' : `“${line.slice(0, 160)}”`;
}

function differentFile(
	here: ReadonlyMap<string, string>,
	there: ReadonlyMap<string, string>,
): string | undefined {
	const names = [...new Set([...here.keys(), ...there.keys()])].sort();
	const name = names.find(candidate => here.get(candidate) !== there.get(candidate));
	if (name === undefined) return undefined;
	if (!there.has(name)) return `${name} is not written`;
	return here.has(name) ? `${name} has other bytes` : `${name} is written there only`;
}
