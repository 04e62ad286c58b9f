/**
 * Several `dynpk pack` with one output at once, some of which replace what is there, and some of which
 * are killed, stopped or told to end at random moments: what has the output's name is always whole, and
 * without `--force` one of them made it.
 */
import {makeCommandWorld, type CommandWorld} from '../lib/command-world.js';
import type {Verdict} from '../lib/format.js';
import {FaultyEnd, type Ordeal} from '../lib/ordeal.js';
import {
	assertWellEnded,
	isEndedBySignal,
	race,
	randomCourse,
	undisturbed,
	type EndedRacer,
} from '../lib/racer.js';
import {COMMAND_PATIENCE, packing, type TriedCommand} from '../lib/tried-command.js';

const RACERS = 4;
const OUTPUT_EXISTS = 6;

const forced = (words: readonly string[]): readonly string[] => [...words, '--force'];

interface Packed extends TriedCommand {
	readonly right: string;
}

async function packAlone(world: CommandWorld, command: TriedCommand): Promise<string> {
	const ended = await race(world, command.words(world), undisturbed);
	if (ended.status !== 0) throw new FaultyEnd('wrong', JSON.stringify(ended));
	return command.result(world, ended);
}

function judge(ended: EndedRacer): void {
	assertWellEnded(ended);
	const isTaken = ended.status === OUTPUT_EXISTS && ended.stderr.includes('exists already');
	if (ended.status !== 0 && !isTaken && !isEndedBySignal(ended)) {
		throw new FaultyEnd('wrong', `it ends in another way: ${JSON.stringify(ended)}`);
	}
}

/** Of all together. `isForced` where each of them may replace what another one made. */
function judgeOutput(
	world: CommandWorld,
	{result, right, outputs}: Packed,
	all: readonly EndedRacer[],
	isForced: boolean,
): void {
	const told = JSON.stringify(all);
	const done = all.filter(({status}) => status === 0);
	const isThere = world.leftovers([]).some(name => outputs.includes(name));
	if (isThere && result(world, {stdout: ''}) !== right) {
		throw new FaultyEnd('wrong', `another result: ${told}`);
	}

	const killed = all.filter(({signal}) => signal === 'SIGKILL');
	// Killed between two renames, one that replaces a directory has taken it away.
	if (!isThere && done.length > 0 && !(isForced && killed.length > 0)) {
		throw new FaultyEnd('wrong', `there is nothing: ${told}`);
	}

	if (!isForced && done.length > 1) throw new FaultyEnd('wrong', `two have made it: ${told}`);
	if (!isThere && all.some(({status}) => status === OUTPUT_EXISTS) && killed.length === 0) {
		throw new FaultyEnd('wrong', `nothing was in the way: ${told}`);
	}

	const left = world.leftovers(isThere ? outputs : []);
	if (left.length > 0 && killed.length === 0) {
		throw new FaultyEnd('left behind', `${left.join(', ')} is left: ${told}`);
	}
}

export const ordeal: Ordeal = {
	name: 'races of pack',
	inputsInCheck: 0,
	inputs: 60,
	each: {count: RACERS + 1, what: 'packs'},
	patience: 4 * COMMAND_PATIENCE,
	open: async scratch => {
		const world = await makeCommandWorld(scratch);
		const commands: Packed[] = [];
		for (const command of packing) {
			world.clear();
			commands.push({...command, right: await packAlone(world, command)});
		}

		return {
			attempt: async (_input, random): Promise<Verdict> => {
				const command = commands[Math.floor(random() * commands.length)]!;
				const isForced = random() < 0.5;
				const words = command.words(world);
				world.clear();
				const racers = Array.from({length: RACERS}, () =>
					race(world, isForced ? forced(words) : words, randomCourse(random)),
				);
				const all = await Promise.all(racers);
				all.forEach(judge);
				judgeOutput(world, command, all, isForced);
				const last = await race(world, forced(words), undisturbed);
				judge(last);
				judgeOutput(
					world,
					command,
					[...all.filter(({signal}) => signal === 'SIGKILL'), last],
					true,
				);
				if (last.status !== 0 || command.result(world, last) !== command.right) {
					throw new FaultyEnd('wrong', `then ${JSON.stringify(last)}`);
				}

				return all.every(({status}) => status === 0) ? 'accepted' : 'refused';
			},
		};
	},
};
