/** What becomes of us when nobody takes what we say, or nothing can be written where it goes. */
import {constants} from 'node:os';
import type {ArchiveStream} from '../lib/archive/archive-request.js';
import {DynpkError, errnoOf, faultFromErrno} from '../lib/errors/dynpk-error.js';
import {reportFault} from './report-fault.js';

/** What `-` stands for, where a bundle is read. */
export const STANDARD_INPUT = '/dev/stdin';

export function isStandardInput(word: string): boolean {
	return word === '-' || word === STANDARD_INPUT;
}

/** Listen for failures of stdout and stderr, which otherwise end the process with a stack and status 1. */
export function watchStandardStreams(): void {
	process.stdout.on('error', endWithOutput);
	// There is nowhere left to say it, and what was asked for can still be done.
	process.stderr.on('error', () => undefined);
}

function endWithOutput(error: Error): void {
	// `dynpk inspect X | head`: a reader that has seen enough is no fault of anybody's.
	if (errnoOf(error) === 'EPIPE') {
		process.exit(128 + constants.signals.SIGPIPE);
	}

	const fault = outputFault(error);
	process.exit(reportFault(fault, text => process.stderr.write(text)));
}

function outputFault(error: unknown): DynpkError {
	return errnoOf(error) === 'EPIPE'
		? new DynpkError('IO', 'who reads standard output has gone before all was written', {
				cause: error,
			})
		: faultFromErrno(error, 'cannot write to standard output');
}

/**
 * Standard output, for an archive: whoever takes only a part of it has no bundle, and there is something
 * to be cleared up.
 *
 * @throws {DynpkError} USAGE where it is a terminal
 */
export function standardOutputStream(): ArchiveStream {
	const {stdout} = process;
	if (stdout.isTTY) {
		throw new DynpkError('USAGE', 'standard output is a terminal, which takes no archive', {
			hint: 'dynpk pack PROGRAM -o - | ssh HOST tar -xz',
		});
	}

	stdout.off('error', endWithOutput);
	stdout.on('error', () => undefined);
	return {
		name: 'standard output',
		write: bytes =>
			new Promise((resolve, reject) => {
				stdout.write(bytes, error => (error ? reject(outputFault(error)) : resolve()));
			}),
	};
}
