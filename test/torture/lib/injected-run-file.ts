/** Each system call of a `.run` file's first start is met, and the next start is to be right. */
import {openInjector, type InjectedEnd, type InjectedStart} from './injector.js';
import {FaultyEnd} from './ordeal.js';
import {
	judgeRunFile,
	makeRunFileWorld,
	RUN_FILE_PATIENCE,
	type RunFileWorld,
} from './run-file-world.js';

/** A first start in an empty cache, or in one whose store has equal files. */
export interface FirstStart {
	readonly leaves: 'store' | undefined;
	/** How many it makes, with those of the processes that unpack, and of the program. */
	readonly calls: number;
}

export interface MetRunFile {
	readonly ways: readonly FirstStart[];
	readonly world: RunFileWorld;
	readonly start: (
		way: Pick<FirstStart, 'leaves'>,
		met: Pick<InjectedStart, 'at' | 'error' | 'signal' | 'meetsCaller'>,
	) => Promise<InjectedEnd>;
	/** @throws {FaultyEnd} unless a start that nothing hinders is right, and nothing is left by the next that unpacks */
	readonly assertNextRight: (before: InjectedEnd) => Promise<void>;
}

export async function meetRunFile(scratch: string): Promise<MetRunFile> {
	const world = await makeRunFileWorld(scratch);
	const injector = await openInjector();
	const start = async (
		met: Pick<InjectedStart, 'at' | 'error' | 'signal' | 'meetsCaller'>,
	): Promise<InjectedEnd> =>
		injector({
			words: [world.file],
			env: world.env,
			directory: world.top,
			place: world.top,
			countsAll: true,
			followsChildren: true,
			seconds: RUN_FILE_PATIENCE,
			...met,
		});
	const startFirst: MetRunFile['start'] = async ({leaves}, met) => {
		world.clear(leaves);
		return start(met);
	};
	const empty = await startFirst({leaves: undefined}, {});
	world.keepStore();
	const shared = await startFirst({leaves: 'store'}, {});
	return {
		ways: [
			{leaves: undefined, calls: empty.calls},
			{leaves: 'store', calls: shared.calls},
		],
		world,
		start: startFirst,
		assertNextRight: async before => {
			const after = `after ${before.met}`;
			const assertRight = async (): Promise<void> => {
				const next = await start({});
				if (judgeRunFile(next) !== 'accepted') {
					throw new FaultyEnd('wrong', `${after}: ${JSON.stringify(next)}`);
				}
			};

			await assertRight();
			if (world.leftovers().length > 0) {
				// Where there is a tree, nobody looks for a lock: that is for who unpacks again.
				world.removeTree();
				await assertRight();
			}

			const left = world.leftovers();
			if (left.length > 0) {
				throw new FaultyEnd('left behind', `${after}: ${left.join(', ')} is left`);
			}
		},
	};
}
