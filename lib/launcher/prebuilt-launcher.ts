/**
 * The native launchers that travel with dynpk, one directory a machine, as wrappers/launcher builds
 * them. No program is started and nothing is compiled when a bundle is made.
 */
import {readFileSync} from 'node:fs';
import {errnoOf, faultFromErrno} from '../errors/dynpk-error.js';

export interface PrebuiltLauncher {
	readonly launcher: Buffer;
	/** Laid over the entry point of a program that reads its own file. */
	readonly stub: Buffer;
}

const directories: Readonly<Record<number, string>> = {3: 'i386', 62: 'x86_64', 183: 'aarch64'};

/** Read the launcher for an `e_machine`; `undefined` where none was built. */
export function readPrebuiltLauncher(
	machine: number,
	top = new URL('../../native/', import.meta.url),
): PrebuiltLauncher | undefined {
	const directory = directories[machine];
	if (directory === undefined) {
		return undefined;
	}

	try {
		return Object.freeze({
			launcher: readFileSync(new URL(`${directory}/launcher`, top)),
			stub: readFileSync(new URL(`${directory}/self-stub`, top)),
		});
	} catch (error) {
		if (errnoOf(error) === 'ENOENT') {
			return undefined;
		}

		throw faultFromErrno(error, `read the launcher for ${directory}`);
	}
}
