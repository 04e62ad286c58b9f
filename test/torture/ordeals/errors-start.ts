/**
 * Every system call of a start, by the launcher, what it loads, and the programs, with every error.
 *
 * What a call of ours that fails leads to is held to the words for damaged bundles; where one of the
 * C library, its loader or the program fails, they may end in their own ways.
 */
import {realpathSync} from 'node:fs';
import type {Verdict} from '../lib/format.js';
import {countStarts, startBy} from '../lib/injected-start.js';
import {openInjector, type InjectedEnd} from '../lib/injector.js';
import {FaultyEnd, chosenCall, type Ordeal} from '../lib/ordeal.js';
import {faultOfLines, judgeStart, makeStartedBundle} from '../lib/start-bundle.js';

const errors = [
	...(['ENOENT', 'EACCES', 'ENOMEM', 'EINTR', 'EIO', 'EMFILE', 'ENOSYS', 'EPERM'] as const),
];

function judge(end: InjectedEnd): Verdict {
	const answer = JSON.stringify(end);
	if (end.isLate) throw new FaultyEnd('hang', `a start hangs: ${answer}`);
	if (end.outside.length > 0) throw new FaultyEnd('outside', `a start leaves its place: ${answer}`);
	const isOurs = /(?:\/tool|path-shim\.so|libdynpk-audit\.so|no file)$/u.test(end.met);
	if (isOurs) return judgeStart(end, {mayBeSilent: end.met.startsWith('write')});
	// The loader's own end, of the program that is started by the first.
	const told = end.stdout.replace('ended: killed\n', '');
	if (faultOfLines(told)) throw new FaultyEnd('wrong', `a wrong start: ${answer}`);
	return end.status === 0 ? 'accepted' : 'refused';
}

export const ordeal: Ordeal = {
	name: 'errors of calls at starts',
	inputsInCheck: 100,
	open: async scratch => {
		const bundle = await makeStartedBundle(realpathSync(scratch));
		const injector = await openInjector();
		const ways = await countStarts(injector, bundle);
		const {total, choose} = chosenCall(ways, errors);
		return {
			total,
			attempt: async input => {
				const {of, at, error} = choose(input);
				return judge(await startBy(injector, bundle, of.env, {at, error}));
			},
		};
	},
};
