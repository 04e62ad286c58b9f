/** The commands that are hindered, and how one of them is started. */
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {digestFile, listTree} from '../../helpers/worlds/list-tree.js';
import {packWords, type CommandWorld} from './command-world.js';
import {HANG_SECONDS} from './format.js';
import type {InjectedEnd, InjectedStart, Injector} from './injector.js';

export interface TriedCommand {
	/** Behind `dynpk`. */
	readonly words: (world: CommandWorld) => readonly string[];
	/** What it makes in the working directory. */
	readonly outputs: readonly string[];
	/** How it may end, where it does not do what was asked. */
	readonly refusals: readonly number[];
	/** What it has made, as text that is the same each time. */
	readonly result: (world: CommandWorld, end: {readonly stdout: string}) => string;
}

export interface CountedCommand extends TriedCommand {
	/** How many calls on files of the world it makes. */
	readonly calls: number;
	/** What it makes, and says, where nothing hinders it. */
	readonly right: string;
	readonly stderr: string;
}

/** A start of Node.js, traced, on a machine that has other things to do. */
export const COMMAND_PATIENCE = 3 * HANG_SECONDS;

/** One for each form of output. */
export const packing = ['b', 'b.tar', 'b.tar.gz', 'b.tar.zst', 'b.run'].map(
	(output): TriedCommand => ({
		words: world => [...packWords(world), '-o', output],
		outputs: [output],
		refusals: [2, 3, 4, 5, 6],
		result: ({work}) =>
			output.includes('.')
				? digestFile(join(work, output))
				: [...listTree(join(work, output))].join('\n'),
	}),
);

const said: TriedCommand['result'] = (_world, {stdout}) => stdout;

export const running: readonly TriedCommand[] = (['archive', 'bundle'] as const).map(form => ({
	words: world => ['run', world[form], 'tool', '/nowhere'],
	outputs: [],
	refusals: [125, 126, 127],
	result: said,
}));

export const verifying: readonly TriedCommand[] = (['archive', 'bundle'] as const).map(form => ({
	words: world => ['verify', world[form]],
	outputs: [],
	refusals: [1, 2, 3, 4, 5, 6],
	result: said,
}));

export const tracing: readonly TriedCommand[] = [
	{
		words: ({bundle}) => ['trace', '-q', '-o', 't', join(bundle, 'bin/tool'), '/nowhere'],
		outputs: ['t'],
		refusals: [2, 3, 6, 126, 127],
		result: ({work}) => readFileSync(join(work, 't'), 'utf8'),
	},
];

export async function startCommand(
	world: CommandWorld,
	injector: Injector,
	{words}: TriedCommand,
	met: Pick<InjectedStart, 'at' | 'error' | 'signal'> = {},
): Promise<InjectedEnd> {
	return injector({
		words: [...world.dynpk, ...words(world)],
		env: world.env,
		directory: world.work,
		place: world.top,
		countsAll: false,
		followsChildren: false,
		seconds: COMMAND_PATIENCE,
		...met,
	});
}

/** Each once, as it should be. */
export async function countCommands(
	world: CommandWorld,
	injector: Injector,
	commands: readonly TriedCommand[],
): Promise<readonly CountedCommand[]> {
	const counted: CountedCommand[] = [];
	for (const command of commands) {
		world.clear();
		const end = await startCommand(world, injector, command);
		if (end.status !== 0) throw new Error(JSON.stringify(end));
		const {calls, stderr} = end;
		counted.push({...command, calls, stderr, right: command.result(world, end)});
	}

	return counted;
}

/**
 * What it changed outside its world. Other temporary places, in which it may make a directory where the
 * first cannot be used, count where they are still there.
 */
export function changedOutside({outside}: InjectedEnd): readonly string[] {
	return outside.filter(line => {
		const [place] = /(?:\/var)?\/tmp\/dynpk-\w{6}(?=\/|$)/u.exec(line) ?? [];
		return place === undefined || existsSync(place);
	});
}
