/**
 * How the native launcher is to start a program, and why: from evidence in the program's file.
 *
 * `direct` means without a launcher: static executables bring all they need.
 */
import type {ElfObject} from '../elf/elf-object.js';
import {PF_X, PT_LOAD} from '../elf/program-headers.js';
import {readSections, type Section} from '../elf/read-sections.js';
import type {HostFile} from '../paths/host-file.js';
import {hasDebugInformation} from './help-debuggers.js';
import {findOwnPayload} from './own-payload.js';
import {placeStub} from './stub-place.js';

export interface StrategyChoice {
	readonly strategy: 'map' | 'exec' | 'self' | 'direct';
	/** One sentence, without a full stop. */
	readonly reason: string;
}

export interface StrategyFacts {
	/** The program's. */
	readonly file: HostFile;
	/** The length in bytes of the entry stub for its machine; `undefined` where no launcher was built. */
	readonly stubSize: number | undefined;
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

	const sections = readSections(facts.file, object.path);
	const payload = findOwnPayload(object, facts.file, sections);
	if (facts.stubSize === undefined) {
		const warning = payload === undefined ? '' : `; it will not find its own data (${payload})`;
		return {strategy: 'exec', reason: `no launcher of its own class was built${warning}`};
	}

	if (payload !== undefined) {
		return {strategy: 'self', reason: `it reads its own file: ${payload}`};
	}

	return canBeDebugged(object, sections, {file: facts.file, stubSize: facts.stubSize})
		? {strategy: 'self', reason: 'a debugger finds its lines and symbols in its own file'}
		: {strategy: 'map', reason: 'nothing in its file needs to be read back'};
}

/** In bytes: such a program is held in memory once while it is packed. */
const DEBUG_LIMIT = 64 << 20;

/** Whether a debugger that starts the program would find it under strategy `self`. */
function canBeDebugged(
	object: ElfObject,
	sections: readonly Section[],
	{file, stubSize}: {readonly file: HostFile; readonly stubSize: number},
): boolean {
	if (!hasDebugInformation(sections) || file.size > DEBUG_LIMIT) {
		return false;
	}
	const first = object.programHeaders.find(({type}) => type === PT_LOAD);
	// The launcher puts the page with the headers back, and with it what breakpoints lie there.
	const keepsCode = first !== undefined && (first.flags & PF_X) === 0;
	return keepsCode && placeStub(object, file, stubSize)?.isPadding === true;
}
