/** Digests of the libraries that want a name which another one wants too: equal bytes are no rivals. */
import {digestFile} from './digest-file.js';
import {groupByName, type LibraryCandidate} from './library-candidates.js';

/** By file id. @throws {DynpkError} what reading a file throws */
export function digestRivals(candidates: readonly LibraryCandidate[]): Map<string, string> {
	const digests = new Map<string, string>();
	for (const rivals of groupByName(candidates).values()) {
		for (const {object} of rivals.size === 1 ? [] : rivals) {
			if (!digests.has(object.fileId)) {
				digests.set(object.fileId, digestFile(object));
			}
		}
	}

	return digests;
}
