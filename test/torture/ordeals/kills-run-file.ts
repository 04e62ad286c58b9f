/**
 * A `.run` file's first start is killed at each of its system calls: the next takes over, and is right. Accepted are those
 * that had published their tree by then.
 */
import {meetRunFile} from '../lib/injected-run-file.js';
import {chosenCall, FaultyEnd, type Ordeal} from '../lib/ordeal.js';
import {RIGHT, RUN_FILE_PATIENCE} from '../lib/run-file-world.js';

export const ordeal: Ordeal = {
	name: 'kills of first starts of a .run file',
	inputsInCheck: 10,
	patience: 3 * RUN_FILE_PATIENCE,
	open: async scratch => {
		const {calls, world, start, assertNextRight} = await meetRunFile(scratch);
		const {total, choose} = chosenCall([{calls}], ['SIGKILL'] as const);
		return {
			total,
			attempt: async input => {
				const {at, error: signal} = choose(input);
				const end = await start({at, signal});
				if (!RIGHT.startsWith(end.stdout)) {
					throw new FaultyEnd('wrong', `a wrong start: ${JSON.stringify(end)}`);
				}

				const isPublished = world.isPublished();
				await assertNextRight(end);
				return isPublished ? 'accepted' : 'refused';
			},
		};
	},
};
