/**
 * Fifty first starts of a `.run` file at once, of which in most rounds some are killed at random moments: all others are
 * right, and so is the next, which finds a cache that is in order.
 */
import {race, undisturbed, isEndedBySignal, type Course, type EndedRacer} from '../lib/racer.js';
import type {Random} from '../../helpers/worlds/mutate.js';
import {FaultyEnd, type Ordeal} from '../lib/ordeal.js';
import {
	judgeRunFile,
	makeRunFileWorld,
	RUN_FILE_PATIENCE,
	type RunFileWorld,
} from '../lib/run-file-world.js';

const RACERS = 50;
/** In each so many rounds, one in which nobody is killed, which counts as accepted. */
const PEACEFUL = 4;
const KILLED = 0.4;
/** In milliseconds: about as long as fifty starts take here. */
const [LATEST_START, LATEST_KILL] = [30, 30];

export const ordeal: Ordeal = {
	name: 'races of first starts of a .run file',
	inputsInCheck: 6,
	inputs: 500,
	each: {count: RACERS + 1, what: 'starts'},
	patience: 4 * RUN_FILE_PATIENCE,
	open: async scratch => {
		const world = await makeRunFileWorld(scratch);
		return {
			attempt: async (input, random) => {
				world.clear();
				const isPeaceful = input % PEACEFUL === 0;
				const courses = Array.from({length: RACERS}, () => courseOf(random, isPeaceful));
				const ended = await Promise.all(courses.map(course => start(world, course)));
				ended.filter(one => !isEndedBySignal(one)).forEach(one => judge(one));
				judge(await start(world, undisturbed));
				if (world.leftovers().length > 0) {
					world.removeTree();
					judge(await start(world, undisturbed));
				}

				const left = world.leftovers();
				if (left.length > 0) throw new FaultyEnd('left behind', `${left.join(', ')} is left`);
				return isPeaceful ? 'accepted' : 'refused';
			},
		};
	},
};

/** Killed while one unpacks and the others wait, for the most part. */
function courseOf(random: Random, isPeaceful: boolean): Course {
	const isKilled = random() < KILLED && !isPeaceful;
	return {
		sent: isKilled ? 'SIGKILL' : undefined,
		begin: random() * LATEST_START,
		wait: random() * LATEST_KILL,
	};
}

function start({file, top: work, env}: RunFileWorld, course: Course): Promise<EndedRacer> {
	return race({dynpk: [file], work, env}, [], course);
}

function judge(ended: EndedRacer): void {
	const isRight = judgeRunFile({...ended, status: ended.status ?? -1}) === 'accepted';
	if (!isRight) throw new FaultyEnd('wrong', `a wrong start: ${JSON.stringify(ended)}`);
}
