/**
 * Many `dynpk run` of one archive at once, of which some are killed, stopped or told to end at random
 * moments: the others start what they were asked to, and the next finds a cache that is in order.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readdirSync, rmSync} from 'node:fs';
import {constants} from 'node:os';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {setTimeout} from 'node:timers/promises';
import type {Random} from '../../helpers/worlds/mutate.js';
import {makeCommandWorld, type CommandWorld} from '../lib/command-world.js';
import {FaultyEnd, type Ordeal} from '../lib/ordeal.js';
import {COMMAND_PATIENCE, running} from '../lib/tried-command.js';

const RACERS = 6;
/** In milliseconds: about as long as a first start takes. */
const LATEST_START = 300;
const LATEST_SIGNAL = 1500;
const INTERRUPTED = 130;

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL', 'SIGKILL', 'SIGSTOP'] as const;

interface Ended {
	readonly sent: NodeJS.Signals | undefined;
	readonly status: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** One that was stopped for as long as signals come, goes on. */
async function race(world: CommandWorld, random: Random, isQuiet: boolean): Promise<Ended> {
	const sent =
		isQuiet || random() < 0.6 ? undefined : signals[Math.floor(random() * signals.length)]!;
	const [begin, wait] = [isQuiet ? 0 : random() * LATEST_START, random() * LATEST_SIGNAL];
	await setTimeout(begin);
	const [command = '', ...words] = [...world.dynpk, ...running[0]!.words(world)];
	const child = spawn(command, words, {
		cwd: world.work,
		env: world.env,
		stdio: ['ignore', 'pipe', 'pipe'],
		timeout: 1000 * COMMAND_PATIENCE,
		killSignal: 'SIGQUIT',
	});
	const closed = once(child, 'close');
	const said = Promise.all([text(child.stdout), text(child.stderr)]);
	if (sent !== undefined) {
		await Promise.race([setTimeout(wait), closed]);
		child.kill(sent);
		if (sent === 'SIGSTOP') {
			await setTimeout(wait);
			child.kill('SIGCONT');
		}
	}

	await closed;
	const [stdout, stderr] = await said;
	return {sent, status: child.exitCode, signal: child.signalCode, stdout, stderr};
}

function judge(ended: Ended, right: string): void {
	const {sent, status, signal, stdout, stderr} = ended;
	const told = JSON.stringify(ended);
	if (signal === 'SIGQUIT') throw new FaultyEnd('hang', `it hangs: ${told}`);
	if (status === 70 || /^\s+at /mu.test(stderr)) throw new FaultyEnd('bug', `a bug: ${told}`);
	const isRight = status === 0 && stdout === right && stderr === '';
	// The program may have been the one that it ended.
	const isEnded =
		sent !== undefined &&
		(signal === sent || status === INTERRUPTED || status === 128 + constants.signals[sent]);
	if (!isRight && !isEnded) throw new FaultyEnd('wrong', `a wrong start: ${told}`);
}

/** Whatever the killed have left goes with the next that unpacks. */
async function clearUp(world: CommandWorld, random: Random, right: string): Promise<void> {
	const bundles = join(world.env.XDG_CACHE_HOME!, 'dynpk/bundles');
	for (const name of readdirSync(bundles).filter(found => /^[0-9a-f]{64}$/u.test(found))) {
		rmSync(join(bundles, name), {recursive: true});
	}

	judge(await race(world, random, true), right);
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
		const {stdout: right} = await race(world, () => 0, true);
		return {
			attempt: async (_input, random) => {
				world.clear();
				const racers = Array.from({length: RACERS}, () => race(world, random, false));
				const all = await Promise.all(racers);
				all.forEach(ended => judge(ended, right));
				judge(await race(world, random, true), right);
				await clearUp(world, random, right);
				return all.every(({status}) => status === 0) ? 'accepted' : 'refused';
			},
		};
	},
};
