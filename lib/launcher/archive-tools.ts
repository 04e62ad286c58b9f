/** What archives are made with: the runner in front of a `.run` file, for the bundle's machine, and what compresses on this one. */
import {existsSync, readFileSync} from 'node:fs';
import {DynpkError, errnoOf} from '../errors/dynpk-error.js';
import type {HostPath} from '../paths/paths.js';
import {nativePath} from './launcher-kit.js';

/** What Node.js and `uname -m` call the same machine. */
const architectures: ReadonlyMap<string, string> = new Map([
	['x64', 'x86_64'],
	['arm64', 'aarch64'],
	['ia32', 'i686'],
]);
const OWN_MACHINE = architectures.get(process.arch) ?? process.arch;

/**
 * The program of a `.run` file. `architecture` is the bundle's, as `uname -m` says it.
 *
 * @throws {DynpkError} UNSUPPORTED_MACHINE where none was built for it
 */
export function readRunner(architecture: string | undefined): Buffer {
	const machine = architecture ?? OWN_MACHINE;
	try {
		return readFileSync(nativePath(machine, 'runner'));
	} catch (error) {
		if (errnoOf(error) !== 'ENOENT') {
			throw error;
		}

		throw new DynpkError(
			'UNSUPPORTED_MACHINE',
			`no runner of .run files was built for ${machine}`,
			{
				hint: 'install a cross compiler and build dynpk again, or write a .tar.zst',
				cause: error,
			},
		);
	}
}

/**
 * The program that compresses: wrappers/encoder/encode.c.
 *
 * @throws {DynpkError} UNSUPPORTED_MACHINE where none was built for this machine
 */
export function findEncoder(): HostPath {
	const program = nativePath(OWN_MACHINE, 'encoder');
	if (existsSync(program)) {
		return program;
	}

	throw new DynpkError('UNSUPPORTED_MACHINE', `no zstd encoder was built for ${OWN_MACHINE}`, {
		hint: 'write a .tar.gz',
	});
}
