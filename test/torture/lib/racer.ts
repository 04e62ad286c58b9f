/** One of several commands that run at once, of which some are told to end, stopped or killed at random moments. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {constants} from 'node:os';
import {text} from 'node:stream/consumers';
import {setTimeout} from 'node:timers/promises';
import type {Random} from '../../helpers/worlds/mutate.js';
import type {CommandWorld} from './command-world.js';
import {FaultyEnd} from './ordeal.js';
import {COMMAND_PATIENCE} from './tried-command.js';

/** In milliseconds: about as long as a first start takes. */
const LATEST_START = 300;
const LATEST_SIGNAL = 1500;
const INTERRUPTED = 130;

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL', 'SIGKILL', 'SIGSTOP'] as const;

/** When to begin and what to do then, in milliseconds. */
export interface Course {
	readonly begin: number;
	readonly sent: NodeJS.Signals | undefined;
	readonly wait: number;
}

/** At once, and nobody stops it. */
export const undisturbed: Course = {begin: 0, sent: undefined, wait: 0};

export function randomCourse(random: Random): Course {
	return {
		sent: random() < 0.6 ? undefined : signals[Math.floor(random() * signals.length)]!,
		begin: random() * LATEST_START,
		wait: random() * LATEST_SIGNAL,
	};
}

export interface EndedRacer {
	readonly sent: NodeJS.Signals | undefined;
	readonly status: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** One that was stopped for as long as signals come, goes on. */
export async function race(
	world: Pick<CommandWorld, 'dynpk' | 'work' | 'env'>,
	words: readonly string[],
	{begin, sent, wait}: Course,
): Promise<EndedRacer> {
	await setTimeout(begin);
	const [command = '', ...rest] = [...world.dynpk, ...words];
	const child = spawn(command, rest, {
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

/** Whether it ended as its signal wants, or the program that it had started did. */
export function isEndedBySignal({sent, status, signal}: EndedRacer): boolean {
	return (
		sent !== undefined &&
		(signal === sent || status === INTERRUPTED || status === 128 + constants.signals[sent])
	);
}

/** @throws {FaultyEnd} for what nothing may do, whatever was asked of it */
export function assertWellEnded(ended: EndedRacer): void {
	const {status, signal, stderr} = ended;
	const told = JSON.stringify(ended);
	if (signal === 'SIGQUIT') throw new FaultyEnd('hang', `it hangs: ${told}`);
	if (status === 70 || /^\s+at /mu.test(stderr)) throw new FaultyEnd('bug', `a bug: ${told}`);
}
