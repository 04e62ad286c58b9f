/** `inspect --runs-on`: which releases have what a program, an object or a bundle needs, and what keeps it from others. */
import {objectsOf} from '../../lib/closure/objects-of.js';
import {EM_X86_64} from '../../lib/elf/elf-machines.js';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {nearestNames} from '../../lib/errors/nearest-names.js';
import type {ResolvedProgram} from '../../lib/inspect/inspect-program.js';
import type {BundleManifest} from '../../lib/manifest/manifest.js';
import {distributions, type Distribution} from '../../lib/requirements/distributions.js';
import {gatherRequirements, requirementsOfBundle} from '../../lib/requirements/requirements.js';
import {judge, judgeLines} from '../../lib/requirements/verdicts.js';
import {renderLines, renderVerdict, type Subject} from './render-verdicts.js';

/** @throws {DynpkError} USAGE for another machine than those that the facts are of */
export function subjectOfProgram({path, closure}: ResolvedProgram): Subject {
	const files = objectsOf(closure);
	const stranger = files.find(({object}) => object.machine !== EM_X86_64);
	if (stranger !== undefined) {
		throw new DynpkError('USAGE', `${stranger.path}: --runs-on knows releases for x86-64 only`);
	}

	const {interpreter = ''} = closure.linkMap[0]?.object ?? {};
	if (interpreter.includes('/ld-musl-')) {
		throw new DynpkError(
			'USAGE',
			`${path} is for musl, and --runs-on knows releases with glibc only`,
			{
				hint: 'pack it: a bundle brings its own loader',
			},
		);
	}

	const missing = closure.unresolved
		.filter(({severity}) => severity === 'error')
		.map(({needed}) => needed);
	return {name: path, requirements: gatherRequirements(files), missing: [...new Set(missing)]};
}

export function subjectOfBundle({name, objects}: BundleManifest): Subject {
	return {
		name: `the bundle ${name}, with its own loader,`,
		requirements: requirementsOfBundle(objects),
		missing: [],
	};
}

/**
 * `release` is one of them, or empty for all. Whether it runs there, besides what is to be printed.
 *
 * @throws {DynpkError} USAGE for a release that nobody knows
 */
export function tellWhereItRuns(
	subject: Subject,
	release: string,
	json: boolean,
): {readonly runs: boolean; readonly text: string} {
	const {requirements, missing} = subject;
	if (release === '') {
		const lines = judgeLines(requirements, distributions);
		return {runs: true, text: renderLines(subject, lines, json)};
	}

	const verdict = judge(requirements, findRelease(release));
	return {
		runs: verdict.reasons.length === 0 && missing.length === 0,
		text: renderVerdict(subject, verdict, json),
	};
}

function findRelease(text: string): Distribution {
	const found = distributions.find(({id, name}) => id === text || name === text);
	if (found !== undefined) {
		return found;
	}

	const ids = distributions.map(({id}) => id);
	const [meant] = nearestNames(text, ids);
	throw new DynpkError('USAGE', `--runs-on knows no release ${text}`, {
		hint: meant === undefined ? `it knows ${ids.join(', ')}` : `did you mean ${meant}?`,
	});
}
