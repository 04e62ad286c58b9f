/** What a user names → the graph of the objects that its loader would map for it. */
import type {Closure} from '../closure/closure.js';
import {closureOfStatic} from '../closure/closure-of-static.js';
import {objectsOf} from '../closure/objects-of.js';
import {walkClosure} from '../closure/walk-closure.js';
import type {ElfObject} from '../elf/elf-object.js';
import {probeElf} from '../elf/probe-elf.js';
import {DynpkError} from '../errors/dynpk-error.js';
import type {LookUpPlace} from '../inputs/gather-request.js';
import {resolveTarget, typedPath} from '../inputs/target.js';
import type {DatabasePlaces} from '../installed/database-places.js';
import {lookUpOwners} from '../installed/look-up-owners.js';
import {openDatabases} from '../installed/open-databases.js';
import {packageId, type PackageDatabase} from '../installed/package-database.js';
import {findLoader} from '../loader/find-loader.js';
import {makeLoaderSearch, type LoaderSearchOptions} from '../loader/make-loader-search.js';
import {usualInterpreter} from '../loader/usual-interpreter.js';
import type {SysrootPath} from '../paths/paths.js';
import {openSysroot} from '../sysroot/open-sysroot.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {graphOfClosure} from './graph-of-closure.js';
import type {ObjectGraph} from './object-graph.js';

export interface InspectedProgram {
	readonly kind: 'program' | 'object';
	readonly name: string;
	/** Where the file of a program lies, links followed; the name of an object. */
	readonly path: SysrootPath;
	readonly graph: ObjectGraph;
}

export interface InspectOptions extends DatabasePlaces {
	/** As in LD_LIBRARY_PATH; a program that a package owns does not have it. */
	readonly libraryPath: string;
}

/** @throws {DynpkError} what {@link resolveProgram} throws */
export function inspectProgram(
	text: string,
	place: LookUpPlace,
	options: InspectOptions,
): InspectedProgram {
	const {kind, name, path, closure, sysroot, databases} = resolveProgram(text, place, options);
	const paths = objectsOf(closure).map(found => found.path);
	const ownerOf = lookUpOwners(paths, sysroot, databases);
	const packageOf = (found: SysrootPath): string | undefined => {
		const owner = ownerOf(found);
		return owner === undefined ? undefined : packageId(owner);
	};
	return {kind, name, path, graph: graphOfClosure(closure, packageOf)};
}

export interface ResolvedProgram extends Omit<InspectedProgram, 'graph'> {
	readonly closure: Closure;
	readonly sysroot: Sysroot;
	readonly databases: readonly PackageDatabase[];
}

/** @throws {DynpkError} NOT_A_PROGRAM, INPUT_CHANGED, UNSUPPORTED_LOADER, and what {@link resolveTarget} and the readers throw. */
export function resolveProgram(
	text: string,
	place: LookUpPlace,
	{libraryPath, ...places}: InspectOptions,
): ResolvedProgram {
	const sysroot = openSysroot(place.sysroot);
	const {databases} = openDatabases(sysroot, places);
	const target = resolveTarget(text, place, sysroot, databases);
	if (target.kind !== 'program' && target.kind !== 'object') {
		throw new DynpkError('NOT_A_PROGRAM', `${text} is a ${target.kind}`, {
			hint: 'inspect the program it is started by, or see what it brings with pack --dry-run',
		});
	}

	// A program's place is asked of the kernel, a library's is the name it is opened by.
	const real = sysroot.realPath(target.path) ?? target.path;
	const path = target.kind === 'program' ? real : target.path;
	const host = sysroot.hostPath(real);
	const object = host === undefined ? undefined : probeElf(host);
	if (object === undefined) {
		throw new DynpkError('INPUT_CHANGED', `${path} is no ELF file any more`);
	}

	const isOwned = (): boolean => lookUpOwners([path], sysroot, databases)(path) !== undefined;
	const closure = closureHere(object, path, {
		sysroot,
		...(libraryPath === '' || isOwned()
			? {}
			: {libraryPath: {text: libraryPath, workingDirectory: typedPath('.', place)}}),
	});
	return {kind: target.kind, name: target.name, path, closure, sysroot, databases};
}

function closureHere(object: ElfObject, path: SysrootPath, options: LoaderSearchOptions): Closure {
	const interpreter = object.interpreter ?? usualInterpreter(object);
	if (!object.isDynamic || interpreter === undefined) {
		return closureOfStatic(object, path);
	}

	const found = findLoader(interpreter, object, options.sysroot);
	if (found.status === 'missing') {
		throw new DynpkError('UNSUPPORTED_LOADER', `the loader ${interpreter} ${found.reason}`, {
			hint: 'inspect where the program can run, or name the root of such a machine with --sysroot',
		});
	}

	return walkClosure(object, path, makeLoaderSearch(options)(interpreter).search);
}
