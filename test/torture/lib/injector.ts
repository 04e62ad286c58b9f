/** Programs of which one system call fails, or meets a signal (injector.c), one after the other. */
import {constants} from 'node:os';
import {openHelperProcess, settingsOf} from './helper-process.js';
import {endedOf, type Ended} from './starter.js';

export interface InjectedStart {
	readonly words: readonly string[];
	readonly env: Readonly<Record<string, string>>;
	/** Where it starts. */
	readonly directory: string;
	/** A directory: nothing outside may change, and no library be taken from there. */
	readonly place: string;
	/** Whether calls count that are not on files below the place. */
	readonly countsAll: boolean;
	/** Whether the processes it starts are traced as well. */
	readonly followsChildren: boolean;
	/** The number of the call, from 1 on; none is met where it is absent. */
	readonly at?: number;
	readonly error?: ErrorName;
	/** Sent before the call: to the first process, unless `meetsCaller`. */
	readonly signal?: NodeJS.Signals;
	/** The signal is for the process that calls. */
	readonly meetsCaller?: boolean;
	readonly seconds: number;
}

export interface InjectedEnd extends Ended {
	/** How many calls there were. */
	readonly calls: number;
	/** `CALL PATH by FILE`, of the call that was met; empty where the program ended before. */
	readonly met: string;
	/** What is done outside the place. */
	readonly outside: readonly string[];
}

export type ErrorName = keyof typeof constants.errno;

export type Injector = (start: InjectedStart) => Promise<InjectedEnd>;

function signalOf({signal, meetsCaller = false}: InjectedStart): number {
	const number = signal === undefined ? 0 : constants.signals[signal];
	return meetsCaller ? -number : number;
}

export async function openInjector(): Promise<Injector> {
	const ask = await openHelperProcess('injector.c', 3);
	return async start => {
		const answer = await ask([
			start.seconds,
			start.place,
			start.countsAll ? 0 : 1,
			start.followsChildren ? 1 : 0,
			start.at ?? 0,
			start.error === undefined ? 0 : constants.errno[start.error],
			signalOf(start),
			start.directory,
			...settingsOf(start.env),
			...start.words,
		]);
		const lines = (answer.texts[2] ?? '').split('\n').filter(line => line !== '');
		const isOutside = (line: string): boolean => /^(?:outside|library): /u.test(line);
		return {
			...endedOf(answer),
			calls: answer.numbers[3] ?? 0,
			met: lines.find(line => !isOutside(line)) ?? '',
			outside: lines.filter(isOutside),
		};
	};
}
