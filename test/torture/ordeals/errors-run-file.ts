/**
 * Every system call of the first start of a `.run` file fails once with what disks and quotas fail with: it is right, or
 * ends with one sentence, and the next start is right.
 */
import {meetRunFile} from '../lib/injected-run-file.js';
import {chosenCall, FaultyEnd, type Ordeal} from '../lib/ordeal.js';
import {judgeRunFile, RUN_FILE_PATIENCE} from '../lib/run-file-world.js';

const errors = ['ENOSPC', 'EDQUOT', 'EIO'] as const;

export const ordeal: Ordeal = {
	name: 'errors of calls at first starts of a .run file',
	inputsInCheck: 120,
	patience: 3 * RUN_FILE_PATIENCE,
	open: async scratch => {
		const {ways, start, assertNextRight} = await meetRunFile(scratch);
		const {total, choose} = chosenCall(ways, errors);
		return {
			total,
			attempt: async input => {
				const {of, at, error} = choose(input);
				const end = await start(of, {at, error});
				if (end.outside.length > 0) {
					throw new FaultyEnd('outside', `it leaves its place: ${JSON.stringify(end)}`);
				}

				await assertNextRight(end);
				// Where a call of the program fails, it does what it likes.
				const isOurs = end.met === '' || end.met.endsWith('/x.run');
				return isOurs ? judgeRunFile(end) : 'refused';
			},
		};
	},
};
