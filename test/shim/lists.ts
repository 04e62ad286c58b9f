/**
 * What C libraries answer past the calls they export: entries by descriptor, patterns, words. Every
 * C library that there is a compiler for is asked in the same view as the conformance test's.
 */
import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import test from 'ava';
import {need} from '../helpers/run/need.js';
import {makeScratch} from '../helpers/worlds/scratch.js';
import {makeView} from './lib/make-view.js';
import {absoluteCases, host, linesOf, names, packed} from './lib/view-cases.js';

const run = promisify(execFile);
const source = fileURLToPath(new URL('../../../test/shim/lib/lists.c', import.meta.url));

const calls = [
	...['entries', 'entries-raw', 'glob-names', 'glob-hidden', 'glob-below', 'glob-plain'],
	...['glob-escaped', 'glob-unescaped', 'glob-through', 'glob-error', 'glob-home'],
];
/** Musl has the host's shell expand words. */
const libraries = {
	gcc: [...calls, 'entries-position', 'words', 'words-home', 'words-quoted'],
	'musl-gcc': calls,
};

for (const [compiler, asked] of Object.entries(libraries)) {
	test(`directories are listed and patterns matched as in a mounted view, compiled by ${compiler}`, async t => {
		if (!need(t, compiler, 'unshare', 'setpriv', 'mount')) return;
		const probe = join(makeScratch(t), 'lists');
		await run(compiler, ['-O1', '-o', probe, source]);
		const view = await makeView(t, host, packed);
		const cases = absoluteCases(asked, names);
		const input = linesOf(cases);
		const [subject, oracle] = await Promise.all([
			view.run('shim', [probe], input),
			view.run('mounts', [probe], input),
		]);
		const answers = [subject, oracle].map(output => output.split('\n').slice(0, -1));
		t.deepEqual(
			answers.map(lines => lines.length),
			[cases.length, cases.length],
		);
		const differences = cases.flatMap(({call, path}, index) => {
			const [got, expected] = answers.map(lines => lines[index]);
			return got === expected ? [] : [`${call} ${path}: ${got}, not ${expected}`];
		});
		t.deepEqual(differences, []);
	});
}
