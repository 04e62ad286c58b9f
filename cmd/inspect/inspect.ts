/** Inspect a package file, a bundle or a program, whichever PATH is. */
import {statSync} from 'node:fs';
import {machine, tmpdir} from 'node:os';
import {posix} from 'node:path';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import type {LookUpPlace} from '../../lib/inputs/gather-request.js';
import {explainFile, type FileAnswer} from '../../lib/inspect/explain-file.js';
import {findManifest} from '../../lib/inspect/find-manifest.js';
import {graphOfManifest} from '../../lib/inspect/graph-of-manifest.js';
import {
	inspectProgram,
	resolveProgram,
	type InspectOptions,
} from '../../lib/inspect/inspect-program.js';
import type {ObjectGraph} from '../../lib/inspect/object-graph.js';
import {packageShares} from '../../lib/inspect/package-shares.js';
import {filesOfManifest} from '../../lib/inspect/packed-files.js';
import {findPackageFacts, type PackageFacts} from '../../lib/inspect/package-facts.js';
import {bundleId, encodeManifest} from '../../lib/manifest/encode-manifest.js';
import type {BundleManifest} from '../../lib/manifest/manifest.js';
import {hostPath, type HostPath} from '../../lib/paths/paths.js';
import {renderFileWhy} from './render-file-why.js';
import {renderGraph, type InspectedThing} from './render-graph.js';
import {renderPackage} from './render-package.js';
import {renderPackageWhy} from './render-package-why.js';
import {renderShares} from './render-shares.js';
import {renderSuspects} from './render-suspects.js';
import type {Subject} from './render-verdicts.js';
import {renderWhy} from './render-why.js';

export interface Inspection {
	readonly path: string;
	readonly why: string | undefined;
	/** Tell how much each package of a bundle is. */
	readonly packages: boolean;
	/** Tell what programs name and pack leaves behind. */
	readonly suspects: boolean;
	/** Tell which releases have what it needs: all, where this is empty, or one, or a host. */
	readonly runsOn: string | undefined;
	readonly json: boolean;
	readonly sysroot: string;
	/** As in LD_LIBRARY_PATH; nothing where the user's is not to be obeyed. */
	readonly libraryPath: string;
	readonly workingDirectory: string;
	readonly searchPath: readonly string[];
	/** dynpk's own directory; `undefined` where there is no home. */
	readonly cache: HostPath | undefined;
}

interface Inspected {
	readonly thing: InspectedThing;
	readonly graph: ObjectGraph;
}

/** @throws {DynpkError} what {@link inspectProgram} and the readers throw. */
export async function inspect(inspection: Inspection): Promise<string> {
	const path = hostPath(posix.resolve(inspection.workingDirectory, inspection.path));
	const facts = await findPackageFacts(path);
	if (facts !== undefined) {
		return describePackage(facts, inspection);
	}

	const manifest = await findManifest(path);
	if (inspection.suspects) {
		const {findLeftSuspects} = await import('./find-left-suspects.js');
		const findings = manifest?.findings ?? (await findLeftSuspects(inspection));
		return renderSuspects(findings, inspection.json);
	}

	if (inspection.runsOn !== undefined) {
		return describeHosts({path, manifest, where: inspection.runsOn}, inspection);
	}

	if (inspection.packages) {
		return describeShares(manifest, inspection);
	}

	const {why, json} = inspection;
	const files = manifest === undefined || why === undefined ? [] : filesMeant(why, manifest);
	if (why !== undefined && files.length > 0) {
		return renderFileWhy(why, files, json);
	}

	if (manifest !== undefined && why !== undefined && isPackage(why, manifest)) {
		const {packages, findings} = manifest;
		const packed = {packages, files: filesOfManifest(manifest), findings};
		return renderPackageWhy(why, packed, json);
	}

	const {thing, graph} = manifest === undefined ? program(inspection) : bundle(manifest);
	return why === undefined ? renderGraph(thing, graph, json) : renderWhy(graph, why, json);
}

interface Asked {
	readonly path: HostPath;
	readonly manifest: BundleManifest | undefined;
	readonly where: string;
}

/** The status says whether it runs where was asked about. */
async function describeHosts(
	{path, manifest, where}: Asked,
	inspection: Inspection,
): Promise<string> {
	const {subjectOfBundle, subjectOfDirectory, subjectOfProgram, tellWhereItRuns} =
		await import('./runs-on.js');
	const subjectOfPath = (): Subject =>
		isDirectory(path)
			? subjectOfDirectory(path, machine())
			: subjectOfProgram(resolveProgram(inspection.path, ...programPlace(inspection)));
	const subject = manifest === undefined ? subjectOfPath() : subjectOfBundle(manifest);
	const {runs, text} = tellWhereItRuns(subject, where, {
		workingDirectory: inspection.workingDirectory,
		environment: process.env,
		architecture: machine(),
		json: inspection.json,
	});
	if (!runs) {
		process.exitCode = 1;
	}

	return text;
}

function isDirectory(path: HostPath): boolean {
	return statSync(path, {throwIfNoEntry: false})?.isDirectory() === true;
}

function describeShares(manifest: BundleManifest | undefined, {path, json}: Inspection): string {
	if (manifest === undefined) {
		throw new DynpkError('USAGE', `--packages asks about a bundle, which ${path} is not`);
	}

	return renderShares(packageShares(filesOfManifest(manifest), manifest.packages), json);
}

/** Of a name that nobody asks for and that is no package's, the files. */
function filesMeant(name: string, manifest: BundleManifest): FileAnswer[] {
	const isAsked = manifest.objects.some(
		({soname, needed}) =>
			soname === name || needed.some(edge => edge.name === name || edge.to === name),
	);
	const isOfPackage = manifest.packages.some(({id}) => id === name || id.endsWith(`:${name}`));
	return isAsked || isOfPackage ? [] : explainFile(name, manifest.files);
}

/** A library may have its package's name: without `deb:` that is asked for. */
function isPackage(name: string, {objects}: BundleManifest): boolean {
	return (
		/^(?:deb|rpm):/u.test(name) ||
		!objects.some(
			({path, soname, needed}) =>
				soname === name ||
				path === name ||
				posix.basename(path) === name ||
				needed.some(edge => edge.name === name),
		)
	);
}

function describePackage(
	facts: PackageFacts,
	{why, packages, suspects, runsOn, json}: Inspection,
): string {
	if (runsOn !== undefined) {
		throw new DynpkError('USAGE', '--runs-on asks about a program, an object or a bundle', {
			hint: 'unpack the package, and ask its files',
		});
	}

	if (suspects) {
		throw new DynpkError('USAGE', '--suspects asks about a program or a bundle', {
			hint: 'pack the package, and ask the bundle',
		});
	}

	if (packages) {
		throw new DynpkError('USAGE', '--packages asks about a bundle, not about a package file');
	}

	if (why !== undefined) {
		throw new DynpkError('USAGE', '--why asks about the objects of a program or a bundle', {
			hint: 'pack the package, and ask the bundle',
		});
	}

	return renderPackage(facts, json);
}

function bundle(manifest: BundleManifest): Inspected {
	const {name, packages, programs, files, launches, engine} = manifest;
	return {
		thing: {
			kind: 'bundle',
			name,
			id: bundleId(encodeManifest(manifest)),
			packages,
			programs,
			files: files.length,
			launches,
			engine,
		},
		graph: graphOfManifest(manifest),
	};
}

function program(inspection: Inspection): Inspected {
	const {kind, name, path, graph} = inspectProgram(inspection.path, ...programPlace(inspection));
	return {thing: {kind, name, id: path}, graph};
}

function programPlace({sysroot, ...inspection}: Inspection): [LookUpPlace, InspectOptions] {
	const workingDirectory = hostPath(inspection.workingDirectory);
	const place = {
		sysroot: hostPath(posix.resolve(workingDirectory, sysroot)),
		searchPath: inspection.searchPath,
		workingDirectory,
		environment: sysroot === '/' ? process.env : {},
	};
	const {cache, libraryPath} = inspection;
	return [place, {cache, temporary: hostPath(tmpdir()), libraryPath}];
}
