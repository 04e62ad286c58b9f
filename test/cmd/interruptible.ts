/** What a signal does to work that takes no steps, and to work that has something to clear up. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import test from 'ava';
import {decide} from '../../lib/pack/decide.js';
import {packRequest} from '../helpers/run/pack-request.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const [module, holding] = ['../../cmd/interruptible.js', '../../lib/errors/stop-signal.js'].map(
	path => new URL(path, import.meta.url).href,
);

/** Run a program that says when to send the signal. */
async function signalled(program: string, signal: NodeJS.Signals) {
	const script = `import {interruptibly} from ${JSON.stringify(module)};
import {holdingSignals} from ${JSON.stringify(holding)};
import {writeSync} from 'node:fs';
const ready = () => process.stdout.write('ready\\n');
${program}`;
	const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const said: string[] = [];
	for await (const chunk of child.stdout.setEncoding('utf8')) {
		said.push(String(chunk));
		child.kill(signal);
	}

	await (child.exitCode === null && child.signalCode === null ? once(child, 'close') : undefined);
	return {said: said.join(''), status: child.exitCode, signal: child.signalCode};
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
	test(`${signal} ends a part that takes no steps at once`, async t => {
		const answer = await signalled(
			`await interruptibly((_, atOnce) => atOnce(async () => {
				ready();
				for (;;) {}
			}));`,
			signal,
		);
		t.deepEqual(answer, {said: 'ready\n', status: null, signal});
	});

	test(`${signal} ends such a part after what it makes for a moment`, async t => {
		const answer = await signalled(
			`await interruptibly((_, atOnce) => atOnce(async () => {
				holdingSignals(() => {
					process.kill(process.pid, '${signal}');
					writeSync(1, 'made\\n');
				});
				for (;;) await new Promise(resolve => setImmediate(resolve));
			}));`,
			signal,
		);
		t.deepEqual(answer, {said: 'made\n', status: null, signal});
	});

	test(`${signal} to a part that has handlers of its own is theirs, and the next one ours`, async t => {
		const answer = await signalled(
			`const alive = setInterval(() => {}, 1000);
			await interruptibly(async (signal, _, handOver) => {
				await handOver(() => new Promise(resolve => {
					process.once('${signal}', resolve);
					ready();
				}));
				for (let waited = 0; !signal.aborted; waited++) {
					if (waited === 0) ready();
					await new Promise(resolve => setImmediate(resolve));
				}
			});
			clearInterval(alive);
			process.exitCode = 3;`,
			signal,
		);
		t.deepEqual(answer, {said: 'ready\nready\n', status: 3, signal: null});
	});

	test(`${signal} aborts the work before and after such a part`, async t => {
		const wait = `for (let waited = 0; !signal.aborted; waited++) {
			if (waited === 0) ready();
			await new Promise(resolve => setImmediate(resolve));
		}`;
		for (const work of [wait, `await atOnce(async () => {}); ${wait}`]) {
			const answer = await signalled(
				`await interruptibly(async (signal, atOnce) => { ${work} });
				process.exitCode = 3;`,
				signal,
			);
			t.deepEqual(answer, {said: 'ready\n', status: 3, signal: null});
		}
	});
}

test('deciding what to pack is such a part where nothing was made for it', async t => {
	const request = packRequest(makeScratch(t), ['/no/such/program']);
	let parts = 0;
	const stopping = {
		signal: new AbortController().signal,
		atOnce<T>(part: () => Promise<T>): Promise<T> {
			parts++;
			return part();
		},
	};
	await t.throwsAsync(decide(request, stopping), {code: 'TARGET_NOT_FOUND'});
	t.is(parts, 1);
});
