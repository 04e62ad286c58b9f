/** `dynpk run --explain`: which engine a program of a bundle gets on this host, and why. */
import {posix} from 'node:path';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {sanitise} from '../../lib/errors/sanitise.js';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {findProgram} from '../../lib/run/find-program.js';
import {locateBundle, type LocateRequest} from '../../lib/run/locate-bundle.js';
import {removeQuietly} from '../../lib/run/remove-quietly.js';
import {askEngines} from '../../lib/verify/ask-engines.js';

export interface ExplainRequest extends LocateRequest {
	/** A name in the bundle's `bin/`; the bundle's entry when absent. */
	readonly program: string | undefined;
}

/** @throws {DynpkError} TARGET_NOT_FOUND, MANIFEST_INVALID and what locating throws. */
export async function explainEngine(
	request: ExplainRequest,
	asked: string | undefined,
): Promise<string> {
	const {directory, remove} = await locateBundle(request);
	try {
		const manifest = readManifest(posix.join(directory, 'dynpk.json'));
		const program = request.program ?? manifest.programs[0]?.name ?? '';
		const found = findProgram(directory, program);
		if (found.kind === 'not-started') {
			throw new DynpkError('TARGET_NOT_FOUND', found.reason);
		}

		const answer = await askEngines({top: directory, manifest, program, asked});
		if (typeof answer === 'string') {
			return `${sanitise(program)}: ${sanitise(answer)}\n`;
		}

		const offers = answer.offers.map(({engine, detail}) => `  ${engine}: ${sanitise(detail)}\n`);
		const line = `${program}: ${answer.engine}, because ${answer.reason}`;
		return `${sanitise(line)}\non this host:\n${offers.join('')}`;
	} finally {
		removeQuietly(remove, request.notice);
	}
}
