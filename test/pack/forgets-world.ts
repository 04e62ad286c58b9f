import {setImmediate} from 'node:timers/promises';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import test from 'ava';
import {decide, type Decision} from '../../lib/pack/decide.js';
import {packRequest} from '../helpers/run/pack-request.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('a decision keeps nothing of the world it was made in: a kilobyte a file', async t => {
	const place = makeScratch(t);
	const decideOnce = async (): Promise<[Decision, WeakRef<object>]> => {
		// The world has it, and nothing that is to stay.
		const request = {...packRequest(place, ['/bin/sh']), scope: 'closure'} as const;
		const stopping = {
			signal: new AbortController().signal,
			atOnce: <T>(part: () => Promise<T>): Promise<T> => part(),
		};
		return [await decide(request, stopping), new WeakRef(request)];
	};
	const [decision, request] = await decideOnce();
	await setImmediate();
	collectGarbage();
	t.is(request.deref(), undefined);
	t.true(decision.plan.operations.length > 0);
	decision.close();
});
