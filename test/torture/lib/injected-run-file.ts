/** Each system call of a `.run` file's first start is met, and the next start is to be right. */
import {openInjector, type InjectedEnd, type InjectedStart} from './injector.js';
import {FaultyEnd} from './ordeal.js';
import {
	judgeRunFile,
	makeRunFileWorld,
	RUN_FILE_PATIENCE,
	type RunFileWorld,
} from './run-file-world.js';

export interface MetRunFile {
	/** How many calls a first start makes, with those of the processes that unpack, and of the program. */
	readonly calls: number;
	readonly world: RunFileWorld;
	/** A first start. */
	readonly start: (
		met: Pick<InjectedStart, 'at' | 'error' | 'signal' | 'meetsCaller'>,
	) => Promise<InjectedEnd>;
	/** @throws {FaultyEnd} unless a start that nothing hinders is right, and nothing is left by the next that unpacks */
	readonly assertNextRight: (before: InjectedEnd) => Promise<void>;
}

export async function meetRunFile(scratch: string): Promise<MetRunFile> {
	const world = await makeRunFileWorld(scratch);
	const injector = await openInjector();
	const start: MetRunFile['start'] = met =>
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
	world.clear();
	const {calls} = await start({});
	return {
		calls,
		world,
		start: met => {
			world.clear();
			return start(met);
		},
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
