/** Find out what PATH is, and show its objects. */
import {posix} from 'node:path';
import {closureOfStatic} from '../../lib/closure/closure-of-static.js';
import {objectsOf} from '../../lib/closure/objects-of.js';
import {walkClosure} from '../../lib/closure/walk-closure.js';
import {probeElf} from '../../lib/elf/probe-elf.js';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import type {Request} from '../../lib/inputs/request.js';
import {resolveTarget} from '../../lib/inputs/target.js';
import {findManifest} from '../../lib/inspect/find-manifest.js';
import {graphOfClosure} from '../../lib/inspect/graph-of-closure.js';
import {graphOfManifest} from '../../lib/inspect/graph-of-manifest.js';
import type {ObjectGraph} from '../../lib/inspect/object-graph.js';
import {findPackageFacts, type PackageFacts} from '../../lib/inspect/package-facts.js';
import {lookUpOwners} from '../../lib/installed/look-up-owners.js';
import {openDatabases} from '../../lib/installed/open-databases.js';
import {packageId} from '../../lib/installed/package-database.js';
import {makeLoaderSearch} from '../../lib/loader/make-loader-search.js';
import {usualInterpreter} from '../../lib/loader/usual-interpreter.js';
import {bundleId, encodeManifest} from '../../lib/manifest/encode-manifest.js';
import {hostPath, type SysrootPath} from '../../lib/paths/paths.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import {renderGraph, type InspectedThing} from './render-graph.js';
import {renderPackage} from './render-package.js';
import {renderWhy} from './render-why.js';

export interface Inspection {
	readonly path: string;
	readonly why: string | undefined;
	readonly json: boolean;
	readonly sysroot: string;
	readonly workingDirectory: string;
	readonly searchPath: readonly string[];
}

/** @throws {DynpkError} what {@link resolveTarget} and the readers throw. */
export async function inspect(inspection: Inspection): Promise<string> {
	const path = hostPath(posix.resolve(inspection.workingDirectory, inspection.path));
	const facts = await findPackageFacts(path);
	if (facts !== undefined) {
		return inspectPackage(facts, inspection);
	}

	const manifest = await findManifest(path);
	const {thing, graph} =
		manifest === undefined
			? inspectProgram(inspection)
			: {
					thing: {
						kind: 'bundle' as const,
						name: manifest.name,
						id: bundleId(encodeManifest(manifest)),
						packages: manifest.packages,
						programs: manifest.programs,
						files: manifest.files.length,
						launches: manifest.launches,
						engine: manifest.engine,
					},
					graph: graphOfManifest(manifest),
				};
	return inspection.why === undefined
		? renderGraph(thing, graph, inspection.json)
		: renderWhy(graph, inspection.why, inspection.json);
}

function inspectPackage(facts: PackageFacts, {why, json}: Inspection): string {
	if (why !== undefined) {
		throw new DynpkError('USAGE', '--why asks about the objects of a program or a bundle', {
			hint: 'pack the package, and ask the bundle',
		});
	}

	return renderPackage(facts, json);
}

function inspectProgram(inspection: Inspection): {
	readonly thing: InspectedThing;
	readonly graph: ObjectGraph;
} {
	const request: Request = {
		targets: [inspection.path],
		name: undefined,
		with: [],
		scan: [],
		exclude: [],
		scope: 'auto',
		sysroot: hostPath(posix.resolve(inspection.workingDirectory, inspection.sysroot)),
		searchPath: inspection.searchPath,
		workingDirectory: hostPath(inspection.workingDirectory),
	};
	const sysroot = openSysroot(request.sysroot);
	const databases = openDatabases(sysroot);
	const target = resolveTarget(inspection.path, request, sysroot, databases);
	if (target.kind !== 'program' && target.kind !== 'object') {
		throw new DynpkError('NOT_A_PROGRAM', `${inspection.path} is a ${target.kind}`, {
			hint: 'inspect the program it is started by, or see what it brings with pack --dry-run',
		});
	}

	const path = sysroot.realPath(target.path) ?? target.path;
	const host = sysroot.hostPath(path);
	const object = host === undefined ? undefined : probeElf(host);
	if (object === undefined) {
		throw new DynpkError('INPUT_CHANGED', `${path} is no ELF file any more`);
	}

	const thing = {kind: target.kind, name: target.name, id: path} as const;
	const interpreter = object.interpreter ?? usualInterpreter(object);
	const closure =
		!object.isDynamic || interpreter === undefined
			? closureOfStatic(object, path)
			: walkClosure(object, path, makeLoaderSearch({sysroot})(interpreter).search);
	const paths = objectsOf(closure).map(found => found.path);
	const ownerOf = lookUpOwners(paths, sysroot, databases);
	const packageOf = (found: SysrootPath): string | undefined => {
		const owner = ownerOf(found);
		return owner === undefined ? undefined : packageId(owner);
	};
	return {thing, graph: graphOfClosure(closure, packageOf)};
}
