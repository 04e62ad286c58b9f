import {appendFile, readFile, writeFile} from 'node:fs/promises';
import test from 'ava';
import type {ExecutionContext} from 'ava';
import {readElf} from '../../lib/elf/read-elf.js';
import {chooseStrategy, type StrategyChoice} from '../../lib/launcher/choose-strategy.js';
import {inMemory} from '../../lib/paths/host-file.js';
import {hostPath} from '../../lib/paths/paths.js';
import {need} from '../helpers/run/need.js';
import {compile} from '../helpers/worlds/mini-bundle.js';

/** As much code as leaves no room in its last page, by wish. */
const source = `
int main(void) { return 0; }
#ifdef FILL
__asm__(".section .fini_fill, \\"ax\\"\\n.balign 4096\\n.skip 4000, 0x90\\n.previous");
#endif
`;

async function choose(
	t: ExecutionContext,
	options: readonly string[],
	change: (program: string) => Promise<void> = () => Promise.resolve(),
): Promise<StrategyChoice> {
	const program = await compile(t, source, options);
	await change(program);
	const object = readElf(hostPath(program));
	return chooseStrategy(object, {
		file: inMemory(await readFile(program)),
		stubSize: 864,
		forced: undefined,
	});
}

test('an ordinary program is mapped, with and without symbols', async t => {
	if (!need(t, 'gcc')) return;
	for (const options of [[], ['-s'], ['-g', '-s']]) {
		t.is((await choose(t, options)).strategy, 'map');
	}
});

test('a program with debugging information starts itself, where its code has room for that', async t => {
	if (!need(t, 'gcc')) return;
	t.deepEqual(await choose(t, ['-g']), {
		strategy: 'self',
		reason: 'a debugger finds its lines and symbols in its own file',
	});
	t.is((await choose(t, ['-g', '-gz=zlib'])).strategy, 'self');
	// Code that shares a page with the headers, or fills its own to the end.
	t.is((await choose(t, ['-g', '-Wl,-z,noseparate-code'])).strategy, 'map');
	t.is((await choose(t, ['-g', '-DFILL'])).strategy, 'map');
});

test('a static program needs no launcher', async t => {
	if (!need(t, 'gcc')) return;
	t.is((await choose(t, ['-static'])).strategy, 'direct');
});

test('bytes behind the last section are a payload; padding is not', async t => {
	if (!need(t, 'gcc')) return;
	t.deepEqual(await choose(t, [], async program => appendFile(program, 'PAYLOAD')), {
		strategy: 'self',
		reason: 'it reads its own file: 7 bytes behind its last section',
	});
	t.is(
		(await choose(t, [], async program => appendFile(program, Buffer.alloc(64)))).strategy,
		'map',
	);
});

for (const [maker, mark] of [
	['PyInstaller', 'MEI\u000c\u000b\u000a\u000b\u000e'],
	['Bun', '\n---- Bun! ----\n'],
	['zip', 'PK\u0005\u0006'],
] as const) {
	test(`${maker}'s mark is recognised by name`, async t => {
		if (!need(t, 'gcc')) return;
		const {reason} = await choose(t, [], async program => appendFile(program, mark));
		t.is(reason, `it reads its own file: made by ${maker}`);
	});
}

test('evidence is found wherever it lies, though a file is looked at in parts', async t => {
	if (!need(t, 'gcc')) return;
	const window = 256 << 10;
	const program = await compile(t, 'int main(void) { return 0; }\n');
	const {size} = readElf(hostPath(program));
	for (const mark of ['PK\u0005\u0006', '\n---- Bun! ----\n']) {
		for (const place of [window - mark.length, window - 4, window - 1, window, 2 * window - 24]) {
			const {reason} = await choose(t, [], async copy =>
				appendFile(copy, Buffer.concat([Buffer.alloc(place - size, 1), Buffer.from(mark)])),
			);
			t.regex(reason, /made by (?:zip|Bun)$/u, `${mark} at ${place}`);
		}
	}

	const padded = await choose(t, [], async copy => appendFile(copy, Buffer.alloc(3 * window)));
	t.is(padded.strategy, 'map');
	const {reason} = await choose(t, [], async copy =>
		appendFile(copy, Buffer.concat([Buffer.alloc(3 * window), Buffer.from('DATA')])),
	);
	t.is(reason, 'it reads its own file: 4 bytes behind its last section');
});

test('an AppImage is recognised by its identification', async t => {
	if (!need(t, 'gcc')) return;
	const {reason} = await choose(t, [], async program => {
		const bytes = await readFile(program);
		bytes.write('AI\u0002', 8);
		await writeFile(program, bytes);
	});
	t.is(reason, 'it reads its own file: made by AppImage');
});

test('only the burnt fuse of Node.js counts, and marks inside the program do not', async t => {
	if (!need(t, 'gcc')) return;
	const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
	const source = (text: string) =>
		`const char *text = "${text}"; int main(void) { return !text; }\n`;
	for (const [text, strategy] of [
		[`${fuse}:0`, 'map'],
		[`${fuse}:1`, 'self'],
		['PK\\5\\6', 'map'],
	] as const) {
		const program = await compile(t, source(text));
		const object = readElf(hostPath(program));
		const facts = {file: inMemory(await readFile(program)), stubSize: undefined, forced: undefined};
		t.is(chooseStrategy(object, {...facts, stubSize: 864}).strategy, strategy, text);
	}
});

test('without a launcher of its class a program is executed, and a wish is obeyed', async t => {
	if (!need(t, 'gcc')) return;
	const program = await compile(t, 'int main(void) { return 0; }\n');
	const object = readElf(hostPath(program));
	const facts = {file: inMemory(await readFile(program)), stubSize: undefined, forced: undefined};
	t.is(chooseStrategy(object, facts).strategy, 'exec');
	t.is(chooseStrategy(object, {...facts, forced: 'self'}).strategy, 'self');
});
