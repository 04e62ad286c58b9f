/**
 * A command gets a signal at one of its calls: it does what was asked, or ends as told and has cleared
 * up. Killed outright it may leave what nobody takes for its output; the next does what was asked.
 */
import {constants} from 'node:os';
import type {Random} from '../../helpers/worlds/mutate.js';
import {makeCommandWorld, type CommandWorld} from './command-world.js';
import type {Verdict} from './format.js';
import {openInjector, type InjectedEnd} from './injector.js';
import {FaultyEnd, type OpenOrdeal, type Ordeal} from './ordeal.js';
import {
	changedOutside,
	COMMAND_PATIENCE,
	countCommands,
	startCommand,
	type CountedCommand,
	type TriedCommand,
} from './tried-command.js';

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL', 'SIGKILL'] as const;
type Sent = (typeof signals)[number];

const INTERRUPTED = 130;

/** `what` is its name in the counts: so many starts, or packs. */
export function killsOfCommand(
	name: string,
	commands: readonly TriedCommand[],
	{inputs, what}: {readonly inputs: number; readonly what: string},
): Ordeal {
	return {
		name,
		inputsInCheck: 0,
		inputs,
		each: {count: 2, what},
		patience: 2 * COMMAND_PATIENCE,
		open: async scratch => openKills(await makeCommandWorld(scratch), commands),
	};
}

async function openKills(
	world: CommandWorld,
	commands: readonly TriedCommand[],
): Promise<OpenOrdeal> {
	const injector = await openInjector();
	const counted = await countCommands(world, injector, commands);
	const input = world.inputState();
	return {
		attempt: async (_input, random: Random): Promise<Verdict> => {
			const command = counted[Math.floor(random() * counted.length)]!;
			const signal = signals[Math.floor(random() * signals.length)]!;
			const at = 1 + Math.floor(random() * command.calls);
			world.clear();
			const end = await startCommand(world, injector, command, {at, signal});
			const verdict = judge(world, command, {end, signal});
			if (world.inputState() !== input) {
				throw fault('outside', 'the input changed', {end, signal});
			}

			world.clearOutput();
			const next = await startCommand(world, injector, command);
			if (next.status !== 0 || command.result(world, next) !== command.right) {
				throw fault('wrong', `then ${JSON.stringify(next)}`, {end, signal});
			}

			return verdict;
		},
	};
}

interface Happened {
	readonly end: InjectedEnd;
	readonly signal: Sent;
}

function fault(kind: FaultyEnd['kind'], what: string, {end, signal}: Happened): FaultyEnd {
	return new FaultyEnd(kind, `${what}: ${signal} at ${end.met}: ${JSON.stringify(end)}`);
}

function judge(world: CommandWorld, command: CountedCommand, happened: Happened): Verdict {
	const {end, signal} = happened;
	if (end.isLate) throw fault('hang', 'it hangs', happened);
	if (changedOutside(end).length > 0) throw fault('outside', 'it writes elsewhere', happened);
	if (end.status === 70 || /^\s+at /mu.test(end.stderr)) throw fault('bug', 'a bug', happened);
	const isDone = end.status === 0;
	const isEnded = end.status === INTERRUPTED || end.signal === constants.signals[signal];
	if (!isDone && !isEnded) throw fault('wrong', 'it ends in another way', happened);
	const made = world.leftovers([]).filter(name => command.outputs.includes(name));
	const isMade = made.length === command.outputs.length;
	// What has its name, is whole.
	if ((isDone || made.length > 0) && command.result(world, end) !== command.right) {
		throw fault('wrong', 'another result', happened);
	}

	const left = world.leftovers(isMade ? command.outputs : []);
	if (left.length > 0 && signal !== 'SIGKILL') {
		throw fault('left behind', `${left.join(', ')} is left`, happened);
	}

	return isDone ? 'accepted' : 'refused';
}
