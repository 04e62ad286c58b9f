/**
 * The mounts that a launcher makes against an overlay and binds made by hand: the cases of the shim's
 * conformance test, asked without the shim. No launchers stand in the payload: host programs would
 * see those, and the oracle has none.
 */
import test, {type ExecutionContext} from 'ava';
import {need} from '../helpers/need.js';
import {makeView} from '../shim/lib/make-view.js';
import {
	absoluteCases,
	compileProbe,
	host,
	linesOf,
	names,
	packed,
	questions,
	relative,
	relativeCases,
	relativeQuestions,
	changed,
	type Case,
} from '../shim/lib/view-cases.js';

/** The cases that answer otherwise in the launcher's namespace than in the oracle's. */
async function differences(t: ExecutionContext, cases: readonly Case[]): Promise<string[]> {
	const probe = await compileProbe(t);
	const view = await makeView(t, host, {...packed, launched: []});
	const input = linesOf(cases);
	const [subject, oracle] = await Promise.all([
		view.run('namespace', [probe], input),
		view.run('mounts', [probe], input),
	]);
	const answers = [subject, oracle].map(output => output.split('\n').slice(0, -1));
	t.deepEqual(
		answers.map(lines => lines.length),
		[cases.length, cases.length],
	);
	return cases.flatMap(({call, path, how, directory}, index) => {
		const [got, expected] = answers.map(lines => lines[index]);
		const where = how === 'as-is' ? '' : ` ${how} ${directory}`;
		return got === expected ? [] : [`${call} ${path}${where}: ${got}, not ${expected}`];
	});
}

function needed(t: ExecutionContext): boolean {
	return need(t, 'gcc', 'unshare', 'setpriv', 'mount');
}

test('what is asked of absolute paths is answered as in a view made by hand', async t => {
	if (needed(t)) t.deepEqual(await differences(t, absoluteCases(questions, names)), []);
});

test('relative paths and descriptors of directories lead to the same', async t => {
	if (!needed(t)) return;
	const cases = [
		...relativeCases('in', relativeQuestions.in, relative),
		...relativeCases('at', relativeQuestions.at, relative),
	];
	t.deepEqual(await differences(t, cases), []);
});

test('nothing of the bundle can be changed, and files of the host can', async t => {
	const calls = ['open-write', 'access-write', 'truncate', 'chmod', 'utimens'];
	if (needed(t)) t.deepEqual(await differences(t, absoluteCases(calls, changed)), []);
});
