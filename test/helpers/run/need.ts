/**
 * What a test needs of the machine it runs on.
 *
 * Missing things make the test say so and end; where `DYNPK_TESTS_MUST_RUN=1`, as in CI, they make it
 * fail. summarise-tap.ts counts a test that logged `skipMark` as skipped.
 */
import {accessSync, constants, statSync} from 'node:fs';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';

export const skipMark = 'skipped: ';

/** Tell whether all `tools` are in the PATH; end the test where they are not. */
export function need(t: ExecutionContext, ...tools: readonly string[]): boolean {
	const missing = tools.filter(tool => !isInPath(tool, process.env.PATH));
	if (missing.length > 0) {
		missingHere(t, `needs ${missing.join(', ')}`);
	}

	return missing.length === 0;
}

/** Record that `t` cannot run here, and why. */
export function missingHere(
	t: ExecutionContext,
	reason: string,
	mustRun = process.env.DYNPK_TESTS_MUST_RUN === '1',
): void {
	if (mustRun) {
		t.fail(reason);
		return;
	}

	t.log(`${skipMark}${reason}`);
	t.pass();
}

/** Tell whether `path`, a list as in PATH, leads to an executable file of this name. */
export function isInPath(tool: string, path = ''): boolean {
	return path.split(':').some(directory => {
		const file = join(directory, tool);
		try {
			accessSync(file, constants.X_OK);
			return statSync(file).isFile();
		} catch {
			return false;
		}
	});
}
