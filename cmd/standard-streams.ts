/** What becomes of us when nobody takes what we say, or nothing can be written where it goes. */
import {constants} from 'node:os';
import {errnoOf, faultFromErrno} from '../lib/errors/dynpk-error.js';
import {reportFault} from './report-fault.js';

/** Listen for failures of stdout and stderr, which otherwise end the process with a stack and status 1. */
export function watchStandardStreams(): void {
	process.stdout.on('error', (error: Error) => {
		// `dynpk inspect X | head`: a reader that has seen enough is no fault of anybody's.
		if (errnoOf(error) === 'EPIPE') {
			process.exit(128 + constants.signals.SIGPIPE);
		}

		const fault = faultFromErrno(error, 'cannot write to standard output');
		process.exit(reportFault(fault, text => process.stderr.write(text)));
	});
	// There is nowhere left to say it, and what was asked for can still be done.
	process.stderr.on('error', () => undefined);
}
