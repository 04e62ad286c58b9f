/** `inspect --runs-on`: which releases or hosts have what a program, an object or a bundle needs, and what keeps it from others. */
import {posix} from 'node:path';
import {objectsOf} from '../../lib/closure/objects-of.js';
import {architectureName} from '../../lib/elf/elf-machines.js';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {nearestNames} from '../../lib/errors/nearest-names.js';
import {askThisHost} from '../../lib/host/ask-this-host.js';
import type {HostFacts} from '../../lib/host/host-facts.js';
import {parseHostFacts, readHostFacts} from '../../lib/host/read-host-facts.js';
import {elfFilesBelow} from '../../lib/inspect/elf-files-below.js';
import type {ResolvedProgram} from '../../lib/inspect/inspect-program.js';
import type {BundleManifest} from '../../lib/manifest/manifest.js';
import {distributions, type Distribution} from '../../lib/requirements/distributions.js';
import {judgeHost} from '../../lib/requirements/judge-host.js';
import type {HostPath} from '../../lib/paths/paths.js';
import {
	gatherRequirements,
	requirementsOfBundle,
	type LoadedFile,
	type Need,
} from '../../lib/requirements/requirements.js';
import {judge, judgeLines} from '../../lib/requirements/verdicts.js';
import {renderLines, renderVerdict, type Subject} from './render-verdicts.js';

export function subjectOfProgram({path, closure}: ResolvedProgram): Subject {
	const files = objectsOf(closure);
	const main = closure.linkMap[0]?.object;
	const {interpreter = ''} = main ?? {};
	const missing = closure.unresolved
		.filter(({severity}) => severity === 'error')
		.map(({needed}) => needed);
	return {
		name: path,
		requirements: gatherRequirements(files),
		missing: [...new Set(missing)],
		architecture: main && architectureName(main),
		isBundle: false,
		musl: interpreter.includes('/ld-musl-') ? {name: interpreter, by: path} : undefined,
	};
}

/** @throws {DynpkError} TARGET_NOT_FOUND where it holds no ELF file; what reading throws */
export function subjectOfDirectory(path: HostPath, architecture: string): Subject {
	const found = elfFilesBelow(path, architecture);
	const [first] = found.files;
	if (first === undefined) {
		throw new DynpkError('TARGET_NOT_FOUND', `${path} holds no ELF file`, {
			hint: 'name a directory of programs and libraries, a program, or a bundle',
		});
	}

	const left = found.left === 0 ? '' : `, without ${found.left} of other machines or damaged,`;
	return {
		name: `what lies below ${path}${left}`,
		requirements: gatherRequirements(found.files),
		missing: [],
		architecture: found.architecture,
		isBundle: false,
		musl: muslNeedOf(found.files),
	};
}

/** Who asks for musl's loader, or is linked to its libc. */
function muslNeedOf(files: readonly LoadedFile[]): Need | undefined {
	const needs = files.flatMap(({path, object: {interpreter = '', needed}}) =>
		[interpreter, ...needed]
			.filter(name => /(?:^|\/)(?:ld|libc\.)-?musl-/u.test(name))
			.map(name => ({name, by: path})),
	);
	return needs[0];
}

export function subjectOfBundle({name, objects, launches}: BundleManifest): Subject {
	const [launch] = launches;
	return {
		name: `the bundle ${name}, with its own loader,`,
		requirements: requirementsOfBundle(objects),
		missing: [],
		architecture:
			launch && architectureName({byteOrder: 'little', machineFlags: 0, ...launch.requires}),
		isBundle: true,
		musl: undefined,
	};
}

/** What {@link tellWhereItRuns} has to know besides. */
export interface Surroundings {
	readonly workingDirectory: string;
	readonly environment: Readonly<Record<string, string | undefined>>;
	/** Of this machine, as `uname -m` has it. */
	readonly architecture: string;
	readonly json: boolean;
}

/**
 * `where` is a release, `this` machine, a file in which a host told of itself, or empty for all releases. Whether
 * it runs there, besides what is to be printed.
 *
 * @throws {DynpkError} USAGE for a release that nobody knows, and for what the facts are not of; HOST_INVALID
 */
export function tellWhereItRuns(
	subject: Subject,
	where: string,
	surroundings: Surroundings,
): {readonly runs: boolean; readonly text: string} {
	const {requirements, missing} = subject;
	const {json} = surroundings;
	const facts = factsMeant(where, surroundings);
	if (facts === undefined) {
		refuseForeign(subject);
	}

	if (where === '') {
		const lines = judgeLines(requirements, distributions);
		return {runs: true, text: renderLines(subject, lines, json)};
	}

	const verdict =
		facts === undefined ? judge(requirements, findRelease(where)) : judgeHost(subject, facts);
	return {
		runs: verdict.reasons.length === 0 && missing.length === 0,
		text: renderVerdict(subject, verdict, json),
	};
}

/** What a host told of itself; `undefined` where releases are meant. */
function factsMeant(
	where: string,
	{workingDirectory, ...question}: Surroundings,
): HostFacts | undefined {
	if (where === 'this') {
		const bytes = askThisHost({...question, form: 'json'});
		return parseHostFacts(bytes, 'what this host says');
	}

	return where.includes('/') || where.endsWith('.json')
		? readHostFacts(posix.resolve(workingDirectory, where))
		: undefined;
}

/** The facts of releases are of one machine and of one C library. */
function refuseForeign({name, architecture, isBundle, musl}: Subject): void {
	if (isBundle) {
		return;
	}

	if (architecture !== undefined && architecture !== 'x86_64') {
		throw new DynpkError('USAGE', `${name}: --runs-on knows releases for x86-64 only`, {
			hint: 'ask about a host: --runs-on this, or a file that it made (dynpk help host)',
		});
	}

	if (musl !== undefined) {
		throw new DynpkError(
			'USAGE',
			`${name} is for musl, and --runs-on knows releases with glibc only`,
			{hint: 'pack it: a bundle brings its own loader'},
		);
	}
}

function findRelease(text: string): Distribution {
	const found = distributions.find(({id, name}) => id === text || name === text);
	if (found !== undefined) {
		return found;
	}

	const ids = distributions.map(({id}) => id);
	const [meant] = nearestNames(text, ids);
	throw new DynpkError('USAGE', `--runs-on knows no release ${text}`, {
		hint:
			meant === undefined
				? `it knows ${ids.join(', ')}, and this machine as "this"`
				: `did you mean ${meant}?`,
	});
}
