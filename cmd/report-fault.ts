/**
 * Say what went wrong: one line, the evidence below it, at most one hint; and give the exit status.
 */
import {DynpkError, faultFromErrno} from '../lib/errors/dynpk-error.js';
import {sanitise} from '../lib/errors/sanitise.js';
import {nameSources} from './name-sources.js';

export const BUG_STATUS = 70;

export function reportFault(error: unknown, write: (text: string) => void): number {
	if (error instanceof DynpkError) {
		const lines = [`dynpk: ${error.message}`, ...error.details.map(line => `  ${line}`)];
		if (error.hint !== undefined) {
			lines.push(`hint: ${error.hint}`);
		}

		write(`${lines.join('\n')}\n`);
		return error.exitStatus;
	}

	if (isRefusal(error)) {
		return reportFault(faultFromErrno(error, attemptOf(error)), write);
	}

	const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
	// Names of files stand in messages, and control characters in names.
	const lines = nameSources(stack).split('\n').map(sanitise).join('\n');
	write(`dynpk: a bug in dynpk; please report it with this text and what you typed\n${lines}\n`);
	return BUG_STATUS;
}

/** What the system says to a call that nothing gave a sentence of its own: no bug, but a bad disk or a limit. */
function isRefusal(error: unknown): error is NodeJS.ErrnoException {
	return error instanceof Error && 'syscall' in error && 'errno' in error && 'code' in error;
}

function attemptOf({syscall, path}: NodeJS.ErrnoException): string {
	return `the system refused ${syscall ?? 'a call'}${path === undefined ? '' : ` of ${path}`}`;
}
