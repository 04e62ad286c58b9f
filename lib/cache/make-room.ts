/**
 * Remove from caches what their limits ask for, and what nobody will finish; and tell what stays, and why.
 *
 * `dynpk cache gc` and `clear` differ in their limits only.
 */
import {chooseTrees, type Limits, type Verdict} from './choose-trees.js';
import {findUsers, type Users} from './find-users.js';
import {removeLeftovers, usablesOf, type Removal} from './remove-leftovers.js';
import type {Survey, SurveyedLeftovers, SurveyedTree} from './survey.js';
import {sweepStore} from './sweep-store.js';
import {takeTrees, type Taking} from './take-trees.js';

export interface RoomRequest extends Omit<Removal, 'users'>, Taking {
	readonly surveys: readonly Survey[];
	readonly limits: Limits;
}

export type Thing = SurveyedTree | SurveyedLeftovers;

export interface Outcome {
	readonly removed: readonly Thing[];
	readonly kept: readonly {readonly thing: Thing; readonly why: string}[];
}

/** @throws {DynpkError} INTERRUPTED */
export async function makeRoom(request: RoomRequest): Promise<Outcome> {
	const writable = request.surveys.filter(({now}) => now !== undefined);
	const others = request.surveys.filter(({now}) => now === undefined);
	const leftovers = writable.flatMap(survey => survey.leftovers);
	const users = findUsers([
		...writable.flatMap(({trees}) => trees),
		...leftovers.flatMap(usablesOf),
	]);
	const reasons = new Map<Thing, string | undefined>(
		await removeLeftovers(leftovers, {...request, users}),
	);
	const busy = leftovers.filter(left => reasons.get(left) !== undefined);
	for (const [tree, reason] of await removeTrees(writable, {request, users, busy})) {
		reasons.set(tree, reason);
	}

	if (!request.isDry) {
		writable.forEach(({path}) => sweepStore(path));
	}

	const refused = others.flatMap(({trees, leftovers: left}) => [...trees, ...left]);
	refused.forEach(thing => reasons.set(thing, 'cannot be written to'));
	return {
		removed: [...reasons].flatMap(([thing, why]) => (why === undefined ? [thing] : [])),
		kept: [...reasons].flatMap(([thing, why]) => (why === undefined ? [] : [{thing, why}])),
	};
}

interface Deciding {
	readonly request: RoomRequest;
	readonly users: Users;
	/** What is being unpacked. */
	readonly busy: readonly SurveyedLeftovers[];
}

async function removeTrees(
	surveys: readonly Survey[],
	{request, users, busy}: Deciding,
): Promise<ReadonlyMap<SurveyedTree, string | undefined>> {
	const candidates = surveys.flatMap(({trees, now = 0}) =>
		trees.map(tree => ({
			files: tree.files,
			tree,
			idle: Math.max(0, now - tree.lastUse),
			user: users.get(tree.path),
			isBusy: busy.some(({id, directory}) => id === tree.id && directory === tree.directory),
			isOnNetwork: tree.isOnNetwork,
		})),
	);
	const verdicts = [...chooseTrees(candidates, request.limits)];
	const going = verdicts.flatMap(([{tree}, verdict]) => (verdict === 'goes' ? [tree] : []));
	const obstacles = request.isDry ? undefined : await takeTrees(going, request);
	return new Map(
		verdicts.map(([{tree, user}, verdict]) => [
			tree,
			verdict === 'goes' ? obstacles?.get(tree) : wordsFor(verdict, user),
		]),
	);
}

function wordsFor(verdict: Exclude<Verdict, 'goes'>, user: number | undefined): string {
	return verdict === 'in use' ? `in use by process ${user}` : verdict;
}
