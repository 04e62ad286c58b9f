/**
 * The loaders that a payload is started by, each with its search and its place in the bundle.
 *
 * Programs name theirs; for a payload of libraries alone it is their usual one. What is for another
 * machine, as in a virtual environment that has something for each, has a loader that is not here:
 * that is a fault where nothing else is here either, or where the bundle is to offer such a program.
 */
import {posix} from 'node:path';
import {architectureName, machineName} from '../elf/elf-machines.js';
import type {ElfObject} from '../elf/elf-object.js';
import {isProgram} from '../elf/is-program.js';
import {DynpkError} from '../errors/dynpk-error.js';
import type {PayloadFile, PayloadFinding} from '../inputs/payload.js';
import type {UserLibraryPath} from '../loader/library-path.js';
import {makeLoaderSearch, type Loader} from '../loader/make-loader-search.js';
import {usualInterpreter} from '../loader/usual-interpreter.js';
import {bundlePath, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {WalkedLoader} from './walked-payload.js';

export interface LoaderRequest {
	readonly sysroot: Sysroot;
	/** Real paths of programs that are started by name. */
	readonly offered: ReadonlySet<SysrootPath>;
	/** Obeyed by programs that no package owns. */
	readonly libraryPath: UserLibraryPath | undefined;
	/** What becomes of a loader's search by what the user handed over and excluded. */
	readonly adapt: (loader: Loader) => Pick<WalkedLoader, 'search' | 'fallback'>;
}

/** The first is the bundle's main one: that of a program it offers. @throws {DynpkError} UNSUPPORTED_LOADER */
export function openLoaders(
	files: readonly PayloadFile[],
	{sysroot, offered, libraryPath, adapt}: LoaderRequest,
): WalkedLoader[] {
	const wanted = wantedInterpreters(files);
	const isOffered = (interpreter: string): boolean =>
		wanted.get(interpreter)?.some(path => offered.has(path)) === true;
	const interpreters = [...wanted.keys()];
	const open = makeLoaderSearch({sysroot, libraryPath});
	const loaders: WalkedLoader[] = [];
	const absent: string[] = [];
	for (const interpreter of [
		...interpreters.filter(isOffered),
		...interpreters.filter(interpreter => !isOffered(interpreter)),
	]) {
		const path = realLoader(interpreter, sysroot);
		if (path === undefined) {
			absent.push(interpreter);
		} else if (loaders.every(loader => loader.path !== path)) {
			loaders.push(placeLoader(open(interpreter), path, loaders[0], adapt));
		}
	}

	const fatal = loaders.length === 0 ? absent[0] : absent.find(isOffered);
	if (fatal !== undefined) {
		throw new DynpkError('UNSUPPORTED_LOADER', `the loader ${fatal} is not there`, {
			hint: 'pack on a machine that can run the program, or name its root with --sysroot',
		});
	}

	return loaders;
}

/** Who wants which, in the order of the payload. */
function wantedInterpreters(files: readonly PayloadFile[]): Map<string, SysrootPath[]> {
	const named = new Map<string, SysrootPath[]>();
	const usual = new Map<string, SysrootPath[]>();
	const note = (
		table: Map<string, SysrootPath[]>,
		interpreter: string,
		path: SysrootPath,
	): void => {
		const paths = table.get(interpreter) ?? [];
		paths.push(path);
		table.set(interpreter, paths);
	};

	for (const {path, content} of files) {
		if (content.kind !== 'elf') {
			continue;
		}

		const {object} = content;
		const ofObject = object.isDynamic ? usualInterpreter(object) : undefined;
		if (isProgram(object) && object.interpreter !== undefined) {
			note(named, object.interpreter, path);
		}

		if (ofObject !== undefined) {
			note(usual, ofObject, path);
		}
	}

	return named.size > 0 ? named : usual;
}

/** A path that counts from wherever a program is started leads to no loader that we could know. */
function realLoader(interpreter: string, sysroot: Sysroot): SysrootPath | undefined {
	return interpreter.startsWith('/') ? sysroot.realPath(sysrootPath(interpreter)) : undefined;
}

function placeLoader(
	loader: Loader,
	path: SysrootPath,
	main: WalkedLoader | undefined,
	adapt: LoaderRequest['adapt'],
): WalkedLoader {
	const {facts} = loader;
	const architecture = architectureName(facts.object) ?? 'other';
	const isOfMain = main === undefined || isSameKind(main.facts.object, facts.object);
	return {
		path,
		facts,
		...adapt(loader),
		home: bundlePath(`libexec/dynpk/${posix.basename(facts.path)}`),
		libraryDirectory: bundlePath(main === undefined ? 'lib' : `lib-${architecture}`),
		toolDirectory: bundlePath(isOfMain ? 'libexec/dynpk' : `libexec/dynpk/${architecture}`),
	};
}

/** Whether a loader would map this object, and start it if it is a program. */
export function answersFor({facts}: WalkedLoader, object: ElfObject): boolean {
	return (
		isSameKind(facts.object, object) &&
		(object.interpreter === undefined ||
			!isProgram(object) ||
			posix.basename(object.interpreter) === posix.basename(facts.path))
	);
}

function isSameKind(loader: ElfObject, object: ElfObject): boolean {
	return (
		loader.machine === object.machine &&
		loader.class === object.class &&
		loader.byteOrder === object.byteOrder
	);
}

/** What is said of an object that no loader of the bundle answers for. */
export function foreignFinding(path: SysrootPath, object: ElfObject): PayloadFinding {
	const why =
		isProgram(object) && object.interpreter !== undefined
			? `its loader ${object.interpreter} is not here`
			: `it is for ${architectureName(object) ?? machineName(object)}, unlike the programs`;
	return {code: 'FOREIGN_OBJECT', path, message: `${why}; it travels as it is, without libraries`};
}
