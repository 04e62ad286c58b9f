/** `dynpk host`: this machine, several as one, and where the answer goes. */
import {readFileSync, writeFileSync} from 'node:fs';
import test from 'ava';
import {parseHostFacts, readHostFacts} from '../../lib/host/read-host-facts.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratchPlace} from '../helpers/worlds/scratch-place.js';

test('host prints what this machine tells, or writes it to a file', async t => {
	const place = makeScratchPlace(t);
	const cwd = place.directory;
	const printed = await runDynpk(['host'], {cwd});
	t.deepEqual([printed.status, printed.stderr], [0, '']);
	const facts = parseHostFacts(Buffer.from(printed.stdout), 'host');
	const written = await runDynpk(['host', '-o', 'a.json'], {cwd});
	t.deepEqual([written.status, written.stdout, written.stderr], [0, '', '']);
	t.deepEqual(readHostFacts(place.path('a.json')).cpu, facts.cpu);
});

test('host --merge makes one file of several, which is read like one', async t => {
	const place = makeScratchPlace(t);
	const cwd = place.directory;
	await runDynpk(['host', '-o', 'a.json'], {cwd});
	const text = readFileSync(place.path('a.json'), 'utf8');
	writeFileSync(place.path('b.json'), text.replace(/"level": \d/u, '"level": 1'));
	const {status, stderr} = await runDynpk(['host', '--merge', 'a.json', 'b.json', '-o', 'c'], {
		cwd,
	});
	t.deepEqual([status, stderr], [0, '']);
	const {hosts, cpu} = readHostFacts(place.path('c'));
	t.deepEqual([hosts?.length, cpu.level], [2, 1]);
	const {stdout} = await runDynpk(['inspect', '/bin/ls', '--runs-on', './c'], {cwd});
	t.regex(stdout, /: yes\n$/u);
});

test('files without --merge, and --merge without files, are told', async t => {
	for (const words of [
		['host', 'a.json'],
		['host', '--merge'],
	]) {
		const {status, stderr} = await runDynpk(words);
		t.is(status, 2);
		t.regex(stderr, /^dynpk: .*\nhint: dynpk host --merge FILE\.\.\. makes one of several\n$/u);
	}
});
