/**
 * A `.run` file's first start is killed at each of its system calls, or that of its processes which makes the call is: the
 * next takes over, and is right. Accepted are those that had published their tree by then.
 */
import {meetRunFile} from '../lib/injected-run-file.js';
import {chosenCall, type Ordeal} from '../lib/ordeal.js';
import {judgeRunFile, RIGHT, RUN_FILE_PATIENCE} from '../lib/run-file-world.js';

export const ordeal: Ordeal = {
	name: 'kills of first starts of a .run file',
	inputsInCheck: 10,
	patience: 3 * RUN_FILE_PATIENCE,
	open: async scratch => {
		const {ways, world, start, assertNextRight} = await meetRunFile(scratch);
		const {total, choose} = chosenCall(ways, ['first', 'caller'] as const);
		return {
			total,
			attempt: async input => {
				const {of, at, error: whom} = choose(input);
				const end = await start(of, {at, signal: 'SIGKILL', meetsCaller: whom === 'caller'});
				// One that unpacks is not the one that tells of it.
				const isKilled = end.signal !== 0 && RIGHT.startsWith(end.stdout);
				if (!isKilled) judgeRunFile(end);

				const isPublished = world.isPublished();
				await assertNextRight(end);
				return isPublished ? 'accepted' : 'refused';
			},
		};
	},
};
