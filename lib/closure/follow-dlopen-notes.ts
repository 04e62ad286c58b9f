/**
 * What a program says it will dlopen: `.note.dlopen`, UAPI.12.
 *
 * A note lists alternatives, the first available one is enough. The object that carries the note is
 * the one that asks; its answer has no requester of its own, as nothing dlopened has. What is
 * missing weighs as much as the note says: `required` is an error, `recommended` a warning.
 */
import type {DlopenNote} from '../elf/elf-object.js';
import type {LinkMapEntry, Searched} from '../loader/loader-search.js';
import type {Unresolved} from './closure.js';
import {loadDependencies} from './load-dependencies.js';
import type {Namespace, Walk} from './walk.js';

/** Follow the notes of everything mapped, and of everything they bring. */
export function followDlopenNotes(
	walk: Walk,
	namespace: Namespace,
	linkMap: readonly LinkMapEntry[],
	priorities: readonly DlopenNote['priority'][],
): void {
	const follow = (from: LinkMapEntry) => {
		for (const note of from.object.dlopenNotes) {
			if (priorities.includes(note.priority)) {
				followNote(walk, namespace, from, note);
			}
		}
	};

	linkMap.forEach(follow);
	// The array grows while it is walked.
	for (const entry of walk.further) {
		follow(entry);
	}
}

const severities = {
	required: 'error',
	recommended: 'warning',
	suggested: 'note',
} as const satisfies Record<DlopenNote['priority'], Unresolved['severity']>;

function followNote(
	walk: Walk,
	namespace: Namespace,
	from: LinkMapEntry,
	{sonames, priority}: DlopenNote,
): void {
	const searched: Searched[] = [];
	for (const needed of sonames) {
		const how = {place: 'dlopen-note', isDlopened: true, severity: undefined} as const;
		const answer = walk.request({needed, from, namespace, ...how});
		if (answer !== undefined) {
			if (answer.isNew) {
				for (const entry of loadDependencies(walk, namespace, answer.entry)) {
					walk.further.push(entry);
				}
			}

			return;
		}

		const found = walk.search.locate(needed, from);
		for (const place of found.status === 'missing' ? found.searched : []) {
			searched.push(place);
		}
	}

	const [needed] = sonames;
	if (needed !== undefined) {
		const severity = severities[priority];
		walk.unresolved.push({needed, by: from, searched, fatal: undefined, severity});
	}
}
