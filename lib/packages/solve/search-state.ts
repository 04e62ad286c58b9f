/**
 * Where a search stands: the packages chosen so far, and the needs that are still to be looked at.
 *
 * All lists only grow, so a mark of their lengths is all it takes to return to an earlier state.
 * What to choose is search-packages.ts's business, when to return decision-stack.ts's.
 */
import type {Need} from '../set/need.js';
import type {PackageRecord} from '../set/package-record.js';
import type {PackageUniverse} from './package-universe.js';

export interface PendingNeed {
	readonly need: Need;
	readonly by: PackageRecord;
	/** It came out of a condition, so any decision may have brought it up. */
	readonly isConditional?: boolean;
}

export interface Choice {
	readonly record: PackageRecord;
	/** The decisions that it depends on; none for what was given and what that forces. */
	readonly levels: ReadonlySet<number>;
	readonly because: PendingNeed | undefined;
}

export interface SearchState {
	readonly choices: readonly Choice[];
	/** Needs in the order they came up; `cursor` is the next to look at. */
	readonly pending: PendingNeed[];
	cursor: number;
	/** Needs that several packages meet, decided after all that leave no choice. */
	readonly deferred: PendingNeed[];
	deferredCursor: number;
	readonly conditional: PendingNeed[];
	/** Conditional needs whose condition held, so that each is taken up once. */
	readonly triggered: Need[];
	readonly choose: (
		record: PackageRecord,
		levels: ReadonlySet<number>,
		because: PendingNeed | undefined,
	) => void;
	readonly isChosen: (record: PackageRecord) => boolean;
	readonly levelsOf: (record: PackageRecord) => ReadonlySet<number>;
	/** The chosen packages that `record` cannot be beside. */
	readonly blockers: (record: PackageRecord) => readonly PackageRecord[];
	readonly mark: () => Mark;
	readonly undo: (mark: Mark) => void;
}

export interface Mark {
	readonly choices: number;
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
	/** By a record, the chosen packages that are in conflict with it. */
	readonly refused: Map<PackageRecord, PackageRecord[]>;
}

export function makeSearchState(universe: PackageUniverse): SearchState {
	const chosen: Chosen = {
		choices: [],
		byRecord: new Map(),
		byName: new Map(),
		refused: new Map(),
	};
	const conflicting = rememberConflicts(universe);
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
			for (const need of record.requires) {
				state.pending.push({need, by: record});
			}
		},
		isChosen: record => chosen.byRecord.has(record),
		levelsOf: record => chosen.byRecord.get(record)?.levels ?? NO_LEVELS,
		blockers: record => blockersOf(chosen, record, conflicting(record)),
		mark: () => markOf(state),
		undo(mark) {
			for (const {record} of chosen.choices.splice(mark.choices).reverse()) {
				remove(chosen, record, conflicting(record));
			}

			shorten(state, mark);
		},
	};
	return state;
}

/** A package may offer what it conflicts with: that is how one replaces another. */
function rememberConflicts(
	universe: PackageUniverse,
): (record: PackageRecord) => readonly PackageRecord[] {
	const conflicts = new Map<PackageRecord, readonly PackageRecord[]>();
	return record => {
		let others = conflicts.get(record);
		if (others === undefined) {
			others = record.conflicts
				.flatMap(need => universe.providers(need))
				.filter(other => other.name !== record.name);
			conflicts.set(record, others);
		}

		return others;
	};
}

function add(
	{choices, byRecord, byName, refused}: Chosen,
	choice: Choice,
	conflicting: readonly PackageRecord[],
): void {
	const {record} = choice;
	choices.push(choice);
	byRecord.set(record, choice);
	byName.set(record.name, record);
	for (const other of conflicting) {
		const rivals = refused.get(other) ?? [];
		rivals.push(record);
		refused.set(other, rivals);
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
	{byRecord, byName, refused}: Chosen,
	record: PackageRecord,
	conflicting: readonly PackageRecord[],
): readonly PackageRecord[] {
	const same = byName.get(record.name);
	const rival = same === undefined || same === record ? [] : [same];
	const disliked = conflicting.filter(other => byRecord.has(other));
	return [...rival, ...(refused.get(record) ?? []), ...disliked];
}

function markOf(state: SearchState): Mark {
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
