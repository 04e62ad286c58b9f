/**
 * A process that runs a program of a bundle as `dynpk run` does, its one argument a `RunOrder` in JSON.
 *
 * What it does itself it says on stderr, one word at the start of each line: `unpacking`, `holding`,
 * `notice`, `fault` with the code, `not-started`.
 */
import {readSync, writeSync} from 'node:fs';
import {DynpkError} from '../../../lib/errors/dynpk-error.js';
import {hostPath} from '../../../lib/paths/paths.js';
import {endAs} from '../../../lib/run/end-as.js';
import {locateBundle} from '../../../lib/run/locate-bundle.js';
import {runBundle} from '../../../lib/run/run-bundle.js';

export interface RunOrder {
	readonly bundle: string;
	readonly program?: string;
	readonly args?: readonly string[];
	readonly cache?: string;
	readonly temporary?: readonly string[];
	/** Hold the check of an unpacked tree until a byte or the end of stdin comes. */
	readonly hold?: boolean;
	/** Let the check find fault with the tree. */
	readonly damaged?: boolean;
}

function say(line: string): void {
	writeSync(2, `${line}\n`);
}

const order = JSON.parse(process.argv[2] ?? '') as RunOrder;

function check(): Promise<void> {
	if (order.hold === true) {
		say('holding');
		readSync(0, Buffer.alloc(1));
	}

	if (order.damaged === true) throw new DynpkError('BUNDLE_DAMAGED', 'not what was packed');
	return Promise.resolve();
}

try {
	const notice = (sentence: string): void => say(`notice ${sentence}`);
	const located = await locateBundle({
		bundle: hostPath(order.bundle),
		caches: order.cache === undefined ? [] : [{directory: hostPath(order.cache)}],
		temporary: (order.temporary ?? []).map(hostPath),
		check,
		notice,
		onUnpack: () => say('unpacking'),
	});
	const outcome = await runBundle({
		located,
		program: order.program,
		args: order.args ?? [],
		env: process.env,
		readEntry: () => Promise.resolve('entry'),
		notice,
	});
	if (outcome.kind === 'not-started') say(`not-started ${outcome.reason}; ${outcome.hint ?? ''}`);
	endAs(outcome);
} catch (error) {
	if (!(error instanceof DynpkError)) throw error;
	say(`fault ${error.code} ${error.message} ${error.details.join('; ')}`);
	process.exitCode = 125;
}
