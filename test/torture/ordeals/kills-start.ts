/** Signals to a start of a bundle's program, at any call of its launcher, its loader or itself. */
import {realpathSync} from 'node:fs';
import {constants} from 'node:os';
import type {Verdict} from '../lib/format.js';
import {openInjector, type InjectedEnd} from '../lib/injector.js';
import {FaultyEnd, type Ordeal} from '../lib/ordeal.js';
import {faultOfLines, makeStartedBundle} from '../lib/start-bundle.js';
import {countStarts, startBy} from '../lib/injected-start.js';

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGALRM', 'SIGKILL'] as const;

function judge(end: InjectedEnd, signal: keyof typeof constants.signals): Verdict {
	const told = `${signal} at ${end.met}: ${JSON.stringify(end)}`;
	if (end.isLate) throw new FaultyEnd('hang', `a start hangs: ${told}`);
	if (end.outside.length > 0) throw new FaultyEnd('outside', `a start leaves its place: ${told}`);
	// What it was to end by, and nothing is said of it.
	const isEnded = end.signal === constants.signals[signal];
	if (!isEnded || end.stderr !== '' || faultOfLines(end.stdout)) {
		throw new FaultyEnd('wrong', `a wrong start: ${told}`);
	}

	return end.stdout === '' ? 'refused' : 'accepted';
}

export const ordeal: Ordeal = {
	name: 'signals to starts',
	inputsInCheck: 40,
	inputs: 2000,
	each: {count: 1, what: 'starts'},
	open: async scratch => {
		const bundle = await makeStartedBundle(realpathSync(scratch));
		const injector = await openInjector();
		const ways = await countStarts(injector, bundle);
		return {
			attempt: async (_input, random) => {
				const {env, calls} = ways[Math.floor(random() * ways.length)]!;
				const signal = signals[Math.floor(random() * signals.length)]!;
				const at = 1 + Math.floor(random() * calls);
				return judge(await startBy(injector, bundle, env, {at, signal}), signal);
			},
		};
	},
};
