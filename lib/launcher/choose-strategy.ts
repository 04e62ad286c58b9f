/**
 * How the native launcher is to start a program, and why: from evidence in the program's file.
 *
 * `direct` means without a launcher: static executables bring all they need.
 */
import type {ElfObject} from '../elf/elf-object.js';
import type {HostFile} from '../paths/host-file.js';
import {findOwnPayload} from './own-payload.js';

export interface StrategyChoice {
	readonly strategy: 'map' | 'exec' | 'self' | 'direct';
	/** One sentence, without a full stop. */
	readonly reason: string;
}

export interface StrategyFacts {
	/** The program's. */
	readonly file: HostFile;
	/** Whether a launcher was built for its machine. */
	readonly hasLauncher: boolean;
	/** What the user asked for. */
	readonly forced: StrategyChoice['strategy'] | undefined;
}

export function chooseStrategy(object: ElfObject, facts: StrategyFacts): StrategyChoice {
	if (facts.forced !== undefined) {
		return {strategy: facts.forced, reason: 'it was asked for'};
	}

	if (object.interpreter === undefined) {
		return {strategy: 'direct', reason: 'it is static and needs no loader'};
	}

	const payload = findOwnPayload(object, facts.file);
	if (!facts.hasLauncher) {
		const warning = payload === undefined ? '' : `; it will not find its own data (${payload})`;
		return {strategy: 'exec', reason: `no launcher of its own class was built${warning}`};
	}

	return payload === undefined
		? {strategy: 'map', reason: 'nothing in its file needs to be read back'}
		: {strategy: 'self', reason: `it reads its own file: ${payload}`};
}
