/**
 * `node build/test/helpers/summarise-tap.js [AVA-ARGUMENT...]`: run ava, show failures as they come,
 * and end with the line `N passed, N failed, N skipped`. Tests are named by their sources; ava is
 * told what they were compiled to (a provider that translates costs each file 130 ms).
 *
 * The exit status is ava's own, and 1 where ava ended well without having run anything.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createRequire} from 'node:module';
import {createInterface} from 'node:readline';
import {dirname, join} from 'node:path';
import {makeTapReader, symbols} from './tap-summary.js';

const {resolve} = createRequire(import.meta.url);
const ava = join(dirname(resolve('ava')), 'cli.mjs');

const toCompiled = (argument: string): string =>
	argument.replace(/^(?:\.\/)?(test\/.*)\.ts(?=$|:)/u, 'build/$1.js');
const child = spawn(process.execPath, [ava, '--tap', ...process.argv.slice(2).map(toCompiled)], {
	stdio: ['ignore', 'pipe', 'inherit'],
});
const closed = once(child, 'close');
const reader = makeTapReader();
for await (const line of createInterface({input: child.stdout, crlfDelay: Infinity})) {
	const shown = reader.read(line);
	if (shown !== undefined) {
		process.stdout.write(`${shown}\n`);
	}
}

await closed;
const {passed, failed, skipped} = reader.counts();
const healthy = child.exitCode === 0 && failed === 0 && passed + skipped > 0;
if (!healthy && failed === 0) {
	const ending = child.signalCode ?? `status ${child.exitCode ?? 'unknown'}`;
	process.stdout.write(`ava ended with ${ending}\n`);
}

// What a reader of the last lines alone has to know.
for (const title of reader.failures()) {
	process.stdout.write(`${symbols.failed} ${title}\n`);
}

process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exitCode = healthy ? 0 : (child.exitCode ?? 1) || 1;
