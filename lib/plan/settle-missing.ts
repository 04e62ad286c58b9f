/**
 * Libraries that are nowhere: a fault for what the user asked for, a finding for what came along.
 *
 * All of them are told at once, each with who needs it and where was looked.
 */
import type {Unresolved} from '../closure/closure.js';
import {DynpkError} from '../errors/dynpk-error.js';
import type {FindingRecord} from '../manifest/manifest.js';
import type {SysrootPath} from '../paths/paths.js';
import type {WalkedPayload} from '../walk/walked-payload.js';

/** What becomes of a library that a target needs and that is not there. */
export type MissingPolicy = 'error' | 'warn' | 'ignore';

/** @throws {DynpkError} UNRESOLVED_NEEDED */
export function settleMissing(walked: WalkedPayload, policy: MissingPolicy): FindingRecord[] {
	const fatal = new Map<string, Unresolved>();
	const bearable = new Map<string, Bearable>();
	for (const root of walked.roots) {
		const isSpare = walked.spare.has(root.path);
		const required = (root.role === 'program' && !isSpare) || walked.required.has(root.path);
		for (const missing of root.closure.unresolved) {
			const key = `${missing.needed}\0${missing.by.path}`;
			const isExcluded = walked.excluded.has(missing.needed);
			const isFatal = required && !isExcluded && missing.severity === 'error' && policy === 'error';
			if (isFatal) {
				fatal.set(key, missing);
			} else {
				const before = bearable.get(key);
				bearable.set(key, {
					...missing,
					required: required || before?.required === true,
					isSpare: isSpare && before?.isSpare !== false,
				});
			}
		}
	}

	if (fatal.size > 0) {
		throw missingFault([...fatal.values()]);
	}

	if (policy === 'ignore') {
		return [];
	}

	const carried = pathsBySoname(walked);
	return [...bearable.values()].map(({needed, by, required, isSpare}) => {
		const described = describeMissing(
			needed,
			walked.excluded.has(needed),
			// Of what was asked for it is not assumed that somebody else loads it.
			required ? undefined : carried.get(needed),
		);
		const isUnusable = isSpare && described.code === 'NEEDED_MISSING';
		return {path: by.path, ...described, ...(isUnusable ? {code: SPARE_MISSING} : {})};
	});
}

/** What a member of a directory or an installation lacks. */
export const SPARE_MISSING = 'NEEDED_BY_SPARE_MISSING';

interface Bearable extends Unresolved {
	readonly required: boolean;
	readonly isSpare: boolean;
}

/** Java's libraries need libjvm.so, which no search would find: their program has opened it by its path. */
function pathsBySoname({roots}: WalkedPayload): ReadonlyMap<string | undefined, SysrootPath> {
	return new Map(
		roots.map(({path, closure}) => [closure.linkMap[0]?.object.soname, path] as const),
	);
}

function describeMissing(
	needed: string,
	isExcluded: boolean,
	carried: SysrootPath | undefined,
): Omit<FindingRecord, 'path'> {
	if (isExcluded) {
		return {code: 'NEEDED_EXCLUDED', message: `needs ${needed}, which --exclude leaves out`};
	}

	return carried === undefined
		? {code: 'NEEDED_MISSING', message: `needs ${needed}, which is not here`}
		: {code: 'NEEDED_BEFOREHAND', message: `needs ${needed} loaded beforehand: ${carried}`};
}

function missingFault(missing: readonly Unresolved[]): DynpkError {
	const [first] = missing;
	const names = new Set(missing.map(({needed}) => needed));
	const message =
		missing.length === 1 && first !== undefined
			? `cannot find ${first.needed}, needed by ${first.by.path}`
			: `cannot find ${names.size === 1 ? [...names].join('') : `${names.size} libraries`}`;
	const details = missing.flatMap(({needed, by, searched, fatal}) => [
		...(missing.length === 1 ? [] : [`${needed}, needed by ${by.path}`]),
		...searched.map(({place, path, why}) => `${place}: ${path} (${why})`),
		...(fatal === undefined ? [] : [`${fatal.path}: ${fatal.reason}`]),
	]);
	return new DynpkError('UNRESOLVED_NEEDED', message, {
		details,
		hint: 'install what owns it on this machine, name it as a target or its directory with --library-path, or pack without it: --missing warn',
	});
}
