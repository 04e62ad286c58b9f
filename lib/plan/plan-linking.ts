/**
 * What the linkers of a bundle see of its libraries.
 *
 * What is linked with the start files of a C library fits that C library alone. Where the bundle's
 * development files travel (`crt1.o`) that is the bundle's; else the host's, and then no library may
 * be seen that wants a newer one. What programs load is not asked here.
 */
import {posix} from 'node:path';
import type {BundledFile} from '../engine/bundled-file.js';
import type {FindingRecord} from '../manifest/manifest.js';
import type {Operation} from './bundle-plan.js';

/** A program that is linked begins in it; a C library's development package has it. */
export const START_FILE = 'crt1.o';

/** What it begins in next; a compiler has it. */
const COMPILERS_START_FILE = 'crtbegin.o';

const LIBC = 'libc.so.6';

type Yielding = BundledFile['yields'];

/** How a library gives way to the host's of its name. Asked of other files, the answer means nothing. */
export function yieldingLibraries(files: readonly Operation[]): (file: Operation) => Yielding {
	if (find(files, START_FILE) !== undefined) {
		return () => undefined;
	}

	if (find(files, COMPILERS_START_FILE) !== undefined) {
		const replaceable = haveArchives(files);
		return ({path}) => (replaceable.has(path) ? 'always' : 'to-hosts');
	}

	const owners = new Set(
		files.filter(({path}) => posix.basename(path) === LIBC).map(file => ownerOf(file)),
	);
	return file => {
		const owner = ownerOf(file);
		return owner !== undefined && owners.has(owner) ? 'to-hosts' : undefined;
	};
}

/** A compiler that links with the host's C library, or, as Rust's, by the compiler of C that PATH has. */
export function linkingFindings(files: readonly Operation[]): FindingRecord[] {
	const rust = files.find(({path}) => path.endsWith('/bin/rustc'));
	const linksByName =
		files.some(({path}) => path.includes('/lib/rustlib/')) && find(files, 'cc') === undefined;
	const message =
		'it links with the host’s cc, and the C library that this has; gcc as a target too travels along';
	const linking =
		rust !== undefined && linksByName ? [{code: 'LINKS_WITH_HOST', path: rust.path, message}] : [];
	const compiler = find(files, COMPILERS_START_FILE);
	return compiler === undefined || find(files, START_FILE) !== undefined
		? linking
		: [
				...linking,
				{
					code: 'LINKS_WITH_HOST',
					path: compiler.path,
					message:
						'its compiler links with the host’s C library: its development files have to be there (libc6-dev, glibc-devel), for C++ of a release no older than here; packed along, they are used instead',
				},
			];
}

function find(files: readonly Operation[], name: string): Operation | undefined {
	return files.find(({path}) => posix.basename(path) === name);
}

/**
 * Libraries that a compiler brings as archives too, `libx.a` beside the link `libx.so`. A linker that
 * does not find the one takes the other, and what it makes runs where the library is not.
 */
function haveArchives(files: readonly Operation[]): Set<string> {
	const paths = new Set<string>(files.map(({path}) => path));
	return new Set(
		files.flatMap(file =>
			file.kind === 'symlink' &&
			file.path.endsWith('.so') &&
			paths.has(file.path.replace(/\.so$/u, '.a'))
				? [posix.join(posix.dirname(file.path), file.target)]
				: [],
		),
	);
}

function ownerOf(file: Operation): string | undefined {
	return 'package' in file ? file.package : undefined;
}
