/**
 * Fifty first starts of a `.run` file at once, of which in most rounds some are killed at random moments: all others are
 * right, and so is the next, which finds a cache that is in order.
 */
import {
	race,
	randomCourse,
	undisturbed,
	isEndedBySignal,
	type Course,
	type EndedRacer,
} from '../lib/racer.js';
import {FaultyEnd, type Ordeal} from '../lib/ordeal.js';
import {
	judgeRunFile,
	makeRunFileWorld,
	RUN_FILE_PATIENCE,
	type RunFileWorld,
} from '../lib/run-file-world.js';

const RACERS = 50;
/** In each so many rounds, one in which nobody is killed. */
const PEACEFUL = 4;

export const ordeal: Ordeal = {
	name: 'races of first starts of a .run file',
	inputsInCheck: 3,
	inputs: 500,
	each: {count: RACERS + 1, what: 'starts'},
	patience: 4 * RUN_FILE_PATIENCE,
	open: async scratch => {
		const world = await makeRunFileWorld(scratch);
		return {
			attempt: async (input, random) => {
				world.clear();
				const isPeaceful = input % PEACEFUL === 0;
				const courses = Array.from({length: RACERS}, () => ({
					...randomCourse(random),
					...(isPeaceful ? {sent: undefined} : {}),
				}));
				const ended = await Promise.all(courses.map(course => start(world, course)));
				ended.filter(one => !isEndedBySignal(one)).forEach(one => judge(one));
				judge(await start(world, undisturbed));
				const left = world.leftovers();
				if (left.length > 0) throw new FaultyEnd('left behind', `${left.join(', ')} is left`);
				return ended.every(({status}) => status === 0) ? 'accepted' : 'refused';
			},
		};
	},
};

function start({file, top: work, env}: RunFileWorld, course: Course): Promise<EndedRacer> {
	return race({dynpk: [file], work, env}, [], course);
}

function judge(ended: EndedRacer): void {
	const isRight = judgeRunFile({...ended, status: ended.status ?? -1}) === 'accepted';
	if (!isRight) throw new FaultyEnd('wrong', `a wrong start: ${JSON.stringify(ended)}`);
}
