/** What makes `.run` files: the runner in front, for the bundle's machine, and what compresses on this one. */
import {readFileSync} from 'node:fs';
import {DynpkError, errnoOf} from '../errors/dynpk-error.js';
import type {HostPath} from '../paths/paths.js';
import {nativePath} from './launcher-kit.js';

export interface RunFileTools {
	readonly runner: Buffer;
	readonly encoder: HostPath;
}

/** What Node.js and `uname -m` call the same machine. */
const architectures: ReadonlyMap<string, string> = new Map([
	['x64', 'x86_64'],
	['arm64', 'aarch64'],
	['ia32', 'i686'],
]);

/**
 * `architecture` is the bundle's, as `uname -m` says it.
 *
 * @throws {DynpkError} UNSUPPORTED_MACHINE where no runner was built for it
 */
export function openRunFileTools(architecture: string | undefined): RunFileTools {
	const own = architectures.get(process.arch) ?? process.arch;
	const runner = nativePath(architecture ?? own, 'runner');
	try {
		return {runner: readFileSync(runner), encoder: nativePath(own, 'encoder')};
	} catch (error) {
		if (errnoOf(error) !== 'ENOENT') {
			throw error;
		}

		throw new DynpkError(
			'UNSUPPORTED_MACHINE',
			`no runner of .run files was built for ${architecture ?? own}`,
			{
				hint: 'install a cross compiler and build dynpk again, or write a .tar.zst',
				cause: error,
			},
		);
	}
}
