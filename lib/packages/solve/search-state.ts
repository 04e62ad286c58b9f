/**
 * Where a search stands: the packages chosen so far, and the needs that are still to be looked at.
 *
 * All lists only grow, so a mark of their lengths is all it takes to return to an earlier state.
 * What to choose is search-packages.ts's business, when to return decision-stack.ts's.
 */
import type {Need} from '../set/need.js';
import type {PackageRecord} from '../set/package-record.js';
import {demandOf, demandOfConflict, type Demand} from './demand.js';
import type {PackageUniverse} from './package-universe.js';

export interface PendingNeed {
	/** What a message names. */
	readonly need: Need;
	readonly demand: Demand;
	readonly by: PackageRecord;
	/** `need` is what must not be. */
	readonly isConflict: boolean;
	/** The decisions that it depends on; none for needs of what was given and of what that forces. */
	readonly levels: ReadonlySet<number>;
}

export interface Choice {
	readonly record: PackageRecord;
	/** As of a need. */
	readonly levels: ReadonlySet<number>;
	readonly because: Pick<PendingNeed, 'need' | 'by'> | undefined;
}

/** A chosen package that another cannot be beside, or one for whose sake it was refused. */
export interface Blocker {
	readonly record: PackageRecord;
	readonly levels: ReadonlySet<number>;
}

export interface SearchState {
	readonly choices: readonly Choice[];
	/** Needs in the order they came up; `cursor` is the next to look at. */
	readonly pending: PendingNeed[];
	cursor: number;
	/** Needs that several packages meet, decided after all that leave no choice. */
	readonly deferred: PendingNeed[];
	deferredCursor: number;
	/** Alternatives that are not of one package each: looked at when all else is decided. */
	readonly conditional: PendingNeed[];
	/** Those of them that were decided. */
	readonly triggered: PendingNeed[];
	readonly choose: (
		record: PackageRecord,
		levels: ReadonlySet<number>,
		because: Choice['because'],
	) => void;
	/** Let none of `records` be chosen from now on. */
	readonly refuse: (records: readonly PackageRecord[], because: PendingNeed) => void;
	readonly isChosen: (record: PackageRecord) => boolean;
	readonly levelsOf: (record: PackageRecord) => ReadonlySet<number>;
	/** What `record` cannot be beside, as things stand. */
	readonly blockers: (record: PackageRecord) => readonly Blocker[];
	readonly mark: () => Mark;
	readonly undo: (mark: Mark) => void;
}

export interface Mark {
	readonly choices: number;
	readonly refusals: number;
	readonly pending: number;
	readonly cursor: number;
	readonly deferred: number;
	readonly deferredCursor: number;
	readonly conditional: number;
	readonly triggered: number;
}

const NO_LEVELS: ReadonlySet<number> = new Set();

/** The chosen packages, by what they are asked for by. */
interface Chosen {
	readonly choices: Choice[];
	readonly byRecord: Map<PackageRecord, Choice>;
	readonly byName: Map<string, PackageRecord>;
	/** By a record, who stands against it: the last is the newest. */
	readonly refused: Map<PackageRecord, Blocker[]>;
	/** Records that were refused other than by a chosen package's conflict, in that order. */
	readonly refusals: PackageRecord[];
}

export function makeSearchState(universe: PackageUniverse): SearchState {
	const chosen: Chosen = {
		choices: [],
		byRecord: new Map(),
		byName: new Map(),
		refused: new Map(),
		refusals: [],
	};
	const conflicting = rememberConflicts(universe);
	const needsOf = rememberNeeds();
	const state: SearchState = {
		choices: chosen.choices,
		pending: [],
		cursor: 0,
		deferred: [],
		deferredCursor: 0,
		conditional: [],
		triggered: [],
		choose(record, levels, because) {
			add(chosen, {record, levels, because}, conflicting(record));
			state.pending.push(...needsOf(record).map(need => ({...need, levels})));
		},
		refuse(records, {by, levels}) {
			for (const record of records) {
				stand(chosen, record, {record: by, levels});
				chosen.refusals.push(record);
			}
		},
		isChosen: record => chosen.byRecord.has(record),
		levelsOf: record => levelsOf(chosen, record),
		blockers: record => blockersOf(chosen, record, conflicting(record)),
		mark: () => ({...markOf(state), refusals: chosen.refusals.length}),
		undo(mark) {
			for (const {record} of chosen.choices.splice(mark.choices).reverse()) {
				remove(chosen, record, conflicting(record));
			}

			for (const record of chosen.refusals.splice(mark.refusals)) {
				chosen.refused.get(record)?.pop();
			}

			shorten(state, mark);
		},
	};
	return state;
}

/** What no others can be beside: those it obsoletes, or conflicts with whatever else is there. */
function rememberConflicts(
	universe: PackageUniverse,
): (record: PackageRecord) => readonly PackageRecord[] {
	const conflicts = new Map<PackageRecord, readonly PackageRecord[]>();
	return record => {
		let others = conflicts.get(record);
		if (others === undefined) {
			const disliked = record.conflicts
				.filter(need => demandOfConflict(need, record).kind === 'refuse')
				.flatMap(need => universe.providers(need))
				.filter(other => other.name !== record.name);
			others = [...disliked, ...universe.obsoleted(record)];
			conflicts.set(record, others);
		}

		return others;
	};
}

/** What choosing a package asks for: its needs, and those conflicts that several others decide about. */
function rememberNeeds(): (record: PackageRecord) => readonly Omit<PendingNeed, 'levels'>[] {
	const remembered = new Map<PackageRecord, readonly Omit<PendingNeed, 'levels'>[]>();
	return by => {
		let needs = remembered.get(by);
		if (needs === undefined) {
			const conflicts = by.conflicts
				.map(need => ({need, by, isConflict: true, demand: demandOfConflict(need, by)}))
				.filter(({demand}) => demand.kind !== 'refuse');
			const required = by.requires.map(need => {
				return {need, by, isConflict: false, demand: demandOf(need)};
			});
			needs = [...required, ...conflicts];
			remembered.set(by, needs);
		}

		return needs;
	};
}

function levelsOf({byRecord}: Chosen, record: PackageRecord): ReadonlySet<number> {
	return byRecord.get(record)?.levels ?? NO_LEVELS;
}

function stand({refused}: Chosen, record: PackageRecord, blocker: Blocker): void {
	const blockers = refused.get(record);
	if (blockers === undefined) {
		refused.set(record, [blocker]);
	} else {
		blockers.push(blocker);
	}
}

function add(chosen: Chosen, choice: Choice, conflicting: readonly PackageRecord[]): void {
	const {record} = choice;
	chosen.choices.push(choice);
	chosen.byRecord.set(record, choice);
	chosen.byName.set(record.name, record);
	for (const other of conflicting) {
		stand(chosen, other, choice);
	}
}

/** The other way round; `record` is the one that was added last. */
function remove(
	{byRecord, byName, refused}: Chosen,
	record: PackageRecord,
	conflicting: readonly PackageRecord[],
): void {
	byRecord.delete(record);
	byName.delete(record.name);
	for (const other of conflicting) {
		refused.get(other)?.pop();
	}
}

function blockersOf(
	chosen: Chosen,
	record: PackageRecord,
	conflicting: readonly PackageRecord[],
): readonly Blocker[] {
	const {byRecord, byName, refused} = chosen;
	const same = byName.get(record.name);
	const rivals = [
		...(same === undefined || same === record ? [] : [same]),
		...conflicting.filter(other => byRecord.has(other)),
	];
	return [
		...rivals.map(rival => ({record: rival, levels: levelsOf(chosen, rival)})),
		...(refused.get(record) ?? []),
	];
}

function markOf(state: SearchState): Omit<Mark, 'refusals'> {
	return {
		choices: state.choices.length,
		pending: state.pending.length,
		cursor: state.cursor,
		deferred: state.deferred.length,
		deferredCursor: state.deferredCursor,
		conditional: state.conditional.length,
		triggered: state.triggered.length,
	};
}

function shorten(state: SearchState, mark: Mark): void {
	state.pending.length = mark.pending;
	state.cursor = mark.cursor;
	state.deferred.length = mark.deferred;
	state.deferredCursor = mark.deferredCursor;
	state.conditional.length = mark.conditional;
	state.triggered.length = mark.triggered;
}
