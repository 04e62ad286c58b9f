/**
 * Each call of a command on its files fails once with each error: it then does what was asked, or
 * says why not in our words, and leaves nothing behind. What it left in the cache does no harm to the
 * next.
 */
import {makeCommandWorld, type CommandWorld} from './command-world.js';
import type {Verdict} from './format.js';
import {openInjector, type ErrorName, type InjectedEnd} from './injector.js';
import {chosenCall, FaultyEnd, type OpenOrdeal, type Ordeal} from './ordeal.js';
import {
	changedOutside,
	COMMAND_PATIENCE,
	countCommands,
	startCommand,
	type CountedCommand,
	type TriedCommand,
} from './tried-command.js';

const errors = ['EIO', 'EACCES', 'ENOENT', 'ENOSPC', 'EMFILE'] as const;

/** What the call that failed would have removed stays, and so does what is said not to be there. */
function isKeptByError({end: {met}, error}: Happened, left: readonly string[]): boolean {
	const isRemoval = /^(?:unlink|unlinkat|rmdir) /u.test(met);
	return isRemoval || (error === 'ENOENT' && left.some(name => met.includes(name)));
}

export function errorsOfCommand(name: string, commands: readonly TriedCommand[]): Ordeal {
	return {
		name,
		inputsInCheck: 0,
		patience: 2 * COMMAND_PATIENCE,
		open: async scratch => openErrors(await makeCommandWorld(scratch), commands),
	};
}

async function openErrors(
	world: CommandWorld,
	commands: readonly TriedCommand[],
): Promise<OpenOrdeal> {
	const injector = await openInjector();
	const counted = await countCommands(world, injector, commands);
	const input = world.inputState();
	const {total, choose} = chosenCall(counted, errors);
	return {
		total,
		attempt: async (number): Promise<Verdict> => {
			const {of: command, at, error} = choose(number);
			world.clear();
			const end = await startCommand(world, injector, command, {at, error});
			const verdict = judge(world, command, {end, error});
			if (world.inputState() !== input) throw fault('outside', 'the input changed', {end, error});
			if (command.outputs.length === 0) {
				const next = await startCommand(world, injector, command);
				if (next.status !== 0 || command.result(world, next) !== command.right) {
					throw fault('wrong', `then ${JSON.stringify(next)}`, {end, error});
				}
			}

			return verdict;
		},
	};
}

interface Happened {
	readonly end: InjectedEnd;
	readonly error: ErrorName;
}

function fault(kind: FaultyEnd['kind'], what: string, {end, error}: Happened): FaultyEnd {
	return new FaultyEnd(kind, `${what}: ${error} at ${end.met}: ${JSON.stringify(end)}`);
}

function judge(world: CommandWorld, command: CountedCommand, happened: Happened): Verdict {
	const {end, error} = happened;
	const {status, signal, stderr, isLate} = end;
	if (isLate) throw fault('hang', 'it hangs', happened);
	if (changedOutside(end).length > 0) throw fault('outside', 'it writes elsewhere', happened);
	if (status === 70 || /^\s+at /mu.test(stderr)) throw fault('bug', 'a bug', happened);
	if (signal !== 0) throw fault('wrong', 'it ends by a signal', happened);
	const isDone = status === 0;
	const left = world.leftovers(isDone ? command.outputs : []);
	if (left.length > 0 && !isKeptByError(happened, left)) {
		throw fault('left behind', `${left.join(', ')} is left`, happened);
	}

	if (isDone) {
		// What is not as usual is told; what is not there need not be.
		const isAsUsual = stderr === command.stderr && error !== 'ENOENT';
		if (isAsUsual && command.result(world, end) !== command.right) {
			throw fault('wrong', 'another result, and not a word', happened);
		}

		return stderr === command.stderr ? 'accepted' : 'refused';
	}

	if (!command.refusals.includes(status)) throw fault('wrong', `status ${status}`, happened);
	if (status !== 1 && !/^dynpk: /mu.test(stderr)) throw fault('wrong', 'not a word', happened);
	return 'refused';
}
