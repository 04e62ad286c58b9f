/** Where the user's own programs find libraries first: LD_LIBRARY_PATH, or what is named in its place. */
import {posix} from 'node:path';
import {workingDirectory} from './working-directory.js';

export const libraryPathOptions = {
	'library-path': {
		type: 'string',
		array: true,
		nargs: 1,
		default: [] as string[],
		describe:
			'directories where programs that no package owns find libraries first, as in LD_LIBRARY_PATH, which is the default',
	},
	'no-library-path': {
		type: 'boolean',
		default: false,
		describe: 'disregard LD_LIBRARY_PATH',
	},
} as const;

export interface LibraryPathArguments {
	readonly libraryPath: readonly string[];
	readonly noLibraryPath: boolean;
	readonly sysroot: string;
}

/** What lies in another root, the variable of this one says nothing of. */
export function libraryPath(argv: LibraryPathArguments): string {
	if (argv.libraryPath.length > 0) {
		return argv.libraryPath.join(':');
	}

	const isHere = posix.resolve(workingDirectory(), argv.sysroot) === '/';
	const isAsked = !argv.noLibraryPath && isHere;
	return isAsked ? (process.env.LD_LIBRARY_PATH ?? '') : '';
}
