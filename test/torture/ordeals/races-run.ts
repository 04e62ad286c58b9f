/**
 * Many `dynpk run` of one archive at once, of which some are killed, stopped or told to end at random
 * moments: the others start what they were asked to, and the next finds a cache that is in order.
 */
import {readdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {makeCommandWorld, type CommandWorld} from '../lib/command-world.js';
import {FaultyEnd, type Ordeal} from '../lib/ordeal.js';
import {
	assertWellEnded,
	isEndedBySignal,
	race,
	randomCourse,
	undisturbed,
	type Course,
	type EndedRacer,
} from '../lib/racer.js';
import {COMMAND_PATIENCE, running} from '../lib/tried-command.js';

const RACERS = 6;

function start(world: CommandWorld, course: Course): Promise<EndedRacer> {
	return race(world, running[0]!.words(world), course);
}

function judge(ended: EndedRacer, right: string): void {
	assertWellEnded(ended);
	const {status, stdout, stderr} = ended;
	const isRight = status === 0 && stdout === right && stderr === '';
	if (!isRight && !isEndedBySignal(ended)) {
		throw new FaultyEnd('wrong', `a wrong start: ${JSON.stringify(ended)}`);
	}
}

/** Whatever the killed have left goes with the next that unpacks. */
async function clearUp(world: CommandWorld, right: string): Promise<void> {
	const bundles = join(world.env.XDG_CACHE_HOME!, 'dynpk/bundles');
	for (const name of readdirSync(bundles).filter(found => /^[0-9a-f]{64}$/u.test(found))) {
		rmSync(join(bundles, name), {recursive: true});
	}

	judge(await start(world, undisturbed), right);
	const left = world.leftovers([]).filter(name => !name.includes('.new-0-'));
	if (left.length > 0) throw new FaultyEnd('left behind', `${left.join(', ')} is left`);
}

export const ordeal: Ordeal = {
	name: 'races of run',
	inputsInCheck: 0,
	inputs: 250,
	each: {count: RACERS + 2, what: 'starts'},
	patience: 4 * COMMAND_PATIENCE,
	open: async scratch => {
		const world = await makeCommandWorld(scratch);
		const {stdout: right} = await start(world, undisturbed);
		return {
			attempt: async (_input, random) => {
				world.clear();
				const racers = Array.from({length: RACERS}, () => start(world, randomCourse(random)));
				const all = await Promise.all(racers);
				all.forEach(ended => judge(ended, right));
				judge(await start(world, undisturbed), right);
				await clearUp(world, right);
				return all.every(({status}) => status === 0) ? 'accepted' : 'refused';
			},
		};
	},
};
