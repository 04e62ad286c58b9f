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
import {isSameMachine} from '../elf/same-machine.js';
import {DynpkError} from '../errors/dynpk-error.js';
import type {PayloadFile, PayloadFinding} from '../inputs/payload.js';
import {findLoader} from '../loader/find-loader.js';
import type {UserLibraryPath} from '../loader/library-path.js';
import {makeLoaderSearch, type Loader} from '../loader/make-loader-search.js';
import {usualInterpreter} from '../loader/usual-interpreter.js';
import {bundlePath, type SysrootPath} from '../paths/paths.js';
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
	const wanted = wantedLoaders(files);
	const inOrder = [
		...wanted.filter(({path}) => offered.has(path)),
		...wanted.filter(({path}) => !offered.has(path)),
	];
	const open = makeLoaderSearch({sysroot, libraryPath});
	const loaders: (WalkedLoader & {readonly interpreters: Set<string>})[] = [];
	const missing: (Wanted & {readonly reason: string})[] = [];
	for (const one of inOrder) {
		const found = findLoader(one.interpreter, one.object, sysroot);
		if (found.status === 'missing') {
			missing.push({...one, reason: found.reason});
			continue;
		}

		const known = loaders.find(loader => loader.path === found.real);
		const names = known?.interpreters ?? new Set();
		names.add(one.interpreter);
		if (known === undefined) {
			const placed = placeLoader(open(one.interpreter), found.real, loaders, adapt);
			loaders.push({...placed, interpreters: names});
		}
	}

	const fatal = loaders.length === 0 ? missing[0] : missing.find(({path}) => offered.has(path));
	if (fatal !== undefined) {
		const {interpreter, reason} = fatal;
		throw new DynpkError('UNSUPPORTED_LOADER', `the loader ${interpreter} ${reason}`, {
			hint: 'pack on a machine that can run the program, or name its root with --sysroot',
		});
	}

	return loaders;
}

interface Wanted {
	readonly interpreter: string;
	/** Who wants it. */
	readonly path: SysrootPath;
	readonly object: ElfObject;
}

/** In the order of the payload. */
function wantedLoaders(files: readonly PayloadFile[]): Wanted[] {
	const named: Wanted[] = [];
	const usual: Wanted[] = [];
	for (const {path, content} of files) {
		if (content.kind !== 'elf') {
			continue;
		}

		const {object} = content;
		const ofObject = object.isDynamic ? usualInterpreter(object) : undefined;
		// A C library can be started too, by whatever loader its builder had: it is mapped by its own.
		if (isProgram(object) && object.interpreter !== undefined && object.soname === undefined) {
			named.push({interpreter: object.interpreter, path, object});
		}

		if (ofObject !== undefined) {
			usual.push({interpreter: ofObject, path, object});
		}
	}

	return named.length > 0 ? named : usual;
}

function placeLoader(
	loader: Loader,
	path: SysrootPath,
	others: readonly WalkedLoader[],
	adapt: LoaderRequest['adapt'],
): Omit<WalkedLoader, 'interpreters'> {
	const {facts} = loader;
	const [main] = others;
	const architecture = architectureName(facts.object) ?? 'other';
	const isOfMain = main === undefined || isSameMachine(main.facts.object, facts.object);
	const kin = others.filter(other => isSameMachine(other.facts.object, facts.object));
	// Those of one machine most often have one name: of another distribution's tree, or musl's and glibc's.
	const own = kin.length === 0 ? architecture : `${architecture}-${kin.length + 1}`;
	const name = posix.basename(facts.path);
	const isNameTaken = others.some(other => posix.basename(other.home) === name);
	return {
		path,
		facts,
		...adapt(loader),
		home: bundlePath(posix.join('libexec/dynpk', isNameTaken ? own : '', name)),
		libraryDirectory: bundlePath(main === undefined ? 'lib' : `lib-${own}`),
		toolDirectory: bundlePath(isOfMain ? 'libexec/dynpk' : `libexec/dynpk/${architecture}`),
	};
}

/**
 * The loader that would map this object, and start it if it is a program: the one that it names, or where
 * that is not here, one called so.
 */
export function loaderFor(
	loaders: readonly WalkedLoader[],
	object: ElfObject,
): WalkedLoader | undefined {
	const {interpreter} = object;
	const kin = loaders.filter(({facts}) => isSameMachine(object, facts.object));
	if (interpreter === undefined || !isProgram(object)) {
		return kin[0];
	}

	const name = posix.basename(interpreter);
	return (
		kin.find(({interpreters}) => interpreters.has(interpreter)) ??
		kin.find(({facts}) => posix.basename(facts.path) === name)
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
